// The examples of a README: every fence marked ```ts runnable, with the fence ```text output right after it where there is
// one, which must equal what the example prints.
import { spawnSync } from 'node:child_process';
import { readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { transformSync } from 'esbuild';
import { root } from './workspace.mjs';

const pattern = /```ts runnable\n([\s\S]*?)\n```(?:\s*\n```text output\n([\s\S]*?)\n```)?/g;
const importLine = /^import\s(?:[^;]*?\sfrom\s)?'[^']+';.*$/gm;

/** Guides whose examples need one package and what it brings along. */
const guides = {
  backend: ['docs/backends.md'],
  datasets: ['docs/add-a-data-set.md'],
  models: ['docs/coming-from-pytorch.md'],
  'ssm-core': ['docs/scan-in-your-model.md'],
  trainer: ['docs/add-a-model.md'],
};

/** Pages with examples of a package: its README and guides. */
export const pagesOf = ({ name, directory }) => [
  join(directory, 'README.md'),
  ...(guides[name] ?? []).map((page) => join(root, page)),
];

/** Code and wanted output of every example of a page. */
export function readmeExamples(page) {
  return [...readFileSync(page, 'utf8').matchAll(pattern)].map(([, code, output]) => ({ code, output }));
}

/** An example in two parts: its imports, and the rest. */
export function splitImports(code) {
  const imports = [...code.matchAll(importLine)].map(([text]) => text).join('\n');
  return { imports, body: code.replace(importLine, '') };
}

/** An example for CommonJS, which has no await outside of functions: its imports, and the rest as a function that is called. */
export function withoutTopLevelAwait(code) {
  const { imports, body } = splitImports(code);
  return `${imports}
(async () => {
${body}
})().catch((error) => {
  console.error(error);
  process.exitCode = 1;
});
`;
}

/**
 * Runs an example in a folder whose node_modules it uses; returns what was wrong, or undefined. `format`: as ES module
 * ('esm') or as CommonJS ('cjs'); `program`: what runs the file.
 */
export function runExample(
  { code, output },
  directory,
  label,
  { format = 'esm', program = [process.execPath], env = {} } = {},
) {
  const file = join(directory, `.readme-example-${label}.${format === 'esm' ? 'mjs' : 'cjs'}`);
  const source = format === 'esm' ? code : withoutTopLevelAwait(code);
  writeFileSync(
    file,
    transformSync(source, { loader: 'ts', format, platform: 'node', target: 'node20' }).code,
  );
  try {
    const run = spawnSync(program[0], [...program.slice(1), file], {
      cwd: directory,
      encoding: 'utf8',
      timeout: 300_000,
      env: { ...process.env, ...env },
    });
    if (run.status !== 0) return `${run.signal ?? ''}${run.stderr}${run.stdout}`;
    if (output !== undefined && run.stdout.trim() !== output.trim())
      return `printed:\n${run.stdout}\nwanted:\n${output}`;
    return undefined;
  } finally {
    rmSync(file, { force: true });
  }
}
