// The public surface of every published package, kept in the repository as packages/<name>/api/<entry>.api.md, so that
// a change of it shows in a diff. API Extractor reads the built declarations. `npm run api` writes the reports;
// check-package.mjs compares them.
import { existsSync, mkdirSync, mkdtempSync, readFileSync, readdirSync, rmSync } from 'node:fs';
import { basename, join, relative } from 'node:path';
import { pathToFileURL } from 'node:url';
import { CompilerState, Extractor, ExtractorConfig, ExtractorLogLevel } from '@microsoft/api-extractor';
import { root, workspacePackages } from './workspace.mjs';

/** Entries with declarations: name of the report and path of the .d.ts. `./internal` promises nothing, so it has none. */
function entriesOf(directory) {
  const { exports = {} } = JSON.parse(readFileSync(join(directory, 'package.json'), 'utf8'));
  return Object.entries(exports).flatMap(([entry, target]) => {
    const types = target?.import?.types;
    if (types === undefined || entry === './internal') return [];
    return [
      { name: entry === '.' ? 'index' : entry.slice(2).replaceAll('/', '-'), types: join(directory, types) },
    ];
  });
}

function configOf(directory, { name, types }, folder, scratch, files) {
  return ExtractorConfig.prepare({
    configObjectFullPath: undefined,
    packageJsonFullPath: join(directory, 'package.json'),
    configObject: {
      projectFolder: directory,
      mainEntryPointFilePath: types,
      compiler: {
        overrideTsconfig: {
          extends: join(root, 'tsconfig.base.json'),
          compilerOptions: { customConditions: [] },
          files,
        },
      },
      apiReport: {
        enabled: true,
        reportFileName: `${name}.api.md`,
        reportFolder: folder,
        reportTempFolder: scratch,
      },
      docModel: { enabled: false },
      dtsRollup: { enabled: false },
      newlineKind: 'lf',
    },
  });
}

/** Writes the reports of a package into `folder`; its entries share one analysis of the declarations. */
function write(directory, folder) {
  const entries = entriesOf(directory);
  const files = entries.map(({ types }) => types);
  const unbuilt = files.find((types) => !existsSync(types));
  if (unbuilt !== undefined) {
    throw new Error(`api-report: ${relative(root, unbuilt)} is not built: run 'npm run build' first`);
  }
  const scratch = mkdtempSync(join(root, 'node_modules/.api-'));
  mkdirSync(folder, { recursive: true });
  try {
    const configs = entries.map((entry) => configOf(directory, entry, folder, scratch, files));
    if (configs.length === 0) return;
    const compilerState = CompilerState.create(configs[0]);
    for (const [index, config] of configs.entries()) {
      const errors = [];
      const { succeeded } = Extractor.invoke(config, {
        localBuild: true,
        compilerState,
        messageCallback: (message) => {
          message.handled = true;
          const silent = message.logLevel !== ExtractorLogLevel.Error;
          if (!silent) errors.push(message.text);
        },
      });
      if (!succeeded) throw new Error(`api-report: ${relative(root, files[index])}: ${errors.join('\n')}`);
    }
  } finally {
    rmSync(scratch, { recursive: true, force: true });
  }
}

const kept = (directory) => join(directory, 'api');
const read = (folder) =>
  existsSync(folder) ? readdirSync(folder).filter((name) => name.endsWith('.api.md')) : [];

/** Where the built declarations of a package and its kept reports differ. */
export async function apiProblems(directory) {
  const fresh = mkdtempSync(join(root, 'node_modules/.api-'));
  try {
    write(directory, fresh);
    const names = [...new Set([...read(fresh), ...read(kept(directory))])].sort();
    const text = (folder, name) =>
      existsSync(join(folder, name)) ? readFileSync(join(folder, name), 'utf8') : '';
    return names
      .filter((name) => text(fresh, name) !== text(kept(directory), name))
      .map(
        (name) =>
          `${basename(directory)}/api/${name} is not the public surface that was built: ` +
          `run 'npm run api' and commit what changed`,
      );
  } finally {
    rmSync(fresh, { recursive: true, force: true });
  }
}

if (import.meta.url === pathToFileURL(process.argv[1]).href) {
  for (const { directory, published } of workspacePackages()) {
    if (!published) continue;
    rmSync(kept(directory), { recursive: true, force: true });
    write(directory, kept(directory));
  }
}
