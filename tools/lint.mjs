// `npm test -- lint`: the compiler's diagnostics (`npm run typecheck`) and ESLint, out of one TypeScript program: what the compiler
// has worked out for its diagnostics, the rules that ask for types find there.
import { ESLint } from 'eslint';
import ts from 'typescript';
import { root } from './workspace.mjs';

const program = openProgram();
const types = ts.getPreEmitDiagnostics(program);
if (types.length > 0) {
  const host = {
    getCanonicalFileName: (name) => name,
    getCurrentDirectory: () => root,
    getNewLine: () => '\n',
  };
  process.stdout.write(`${ts.formatDiagnostics(types, host)}types: ${types.length} errors\n`);
}

const typed = { files: ['**/*.ts', '**/*.tsx'], languageOptions: { parserOptions: { programs: [program] } } };
const eslint = new ESLint({ cwd: root, overrideConfig: [typed] });
const results = await eslint.lintFiles(['.']);
process.stdout.write(await (await eslint.loadFormatter('stylish')).format(results));
const problems = results.reduce((sum, { errorCount, warningCount }) => sum + errorCount + warningCount, 0);
process.exit(types.length + problems === 0 ? 0 : 1);

/** What tsconfig.json names, with links to the parents of nodes, which the rules need. */
function openProgram() {
  const host = {
    ...ts.sys,
    onUnRecoverableConfigFileDiagnostic: ({ messageText }) => {
      throw new Error(`tsconfig.json: ${ts.flattenDiagnosticMessageText(messageText, '\n')}`);
    },
  };
  const { fileNames, options, errors } = ts.getParsedCommandLineOfConfigFile(
    `${root}/tsconfig.json`,
    {},
    host,
  );
  for (const error of errors) host.onUnRecoverableConfigFileDiagnostic(error);
  return ts.createProgram(fileNames, options, ts.createCompilerHost(options, true));
}
