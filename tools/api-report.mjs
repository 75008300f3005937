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

/** Writes the reports of packages, each into its folder; all share one analysis of the declarations. */
function write(folders) {
  const entries = [...folders].flatMap(([directory, folder]) =>
    entriesOf(directory).map((entry) => ({ directory, folder, entry })),
  );
  const files = entries.map(({ entry }) => entry.types);
  const unbuilt = files.find((types) => !existsSync(types));
  if (unbuilt !== undefined) {
    throw new Error(`api-report: ${relative(root, unbuilt)} is not built: run 'npm run build' first`);
  }
  if (entries.length === 0) return;
  const scratch = mkdtempSync(join(root, 'node_modules/.api-'));
  try {
    const configs = entries.map(({ directory, folder, entry }) => {
      mkdirSync(folder, { recursive: true });
      return configOf(directory, entry, folder, scratch, files);
    });
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

/** Where the built declarations of packages and their kept reports differ, by the package's folder. */
export function apiProblems(directories) {
  const fresh = mkdtempSync(join(root, 'node_modules/.api-'));
  try {
    const folders = new Map(directories.map((directory) => [directory, join(fresh, basename(directory))]));
    write(folders);
    return new Map(
      [...folders].map(([directory, folder]) => [directory, differences(directory, kept(directory), folder)]),
    );
  } finally {
    rmSync(fresh, { recursive: true, force: true });
  }
}

function differences(directory, before, now) {
  const names = [...new Set([...read(now), ...read(before)])].sort();
  const text = (folder, name) =>
    existsSync(join(folder, name)) ? readFileSync(join(folder, name), 'utf8') : '';
  return names
    .filter((name) => text(now, name) !== text(before, name))
    .map(
      (name) =>
        `${basename(directory)}/api/${name} is not the public surface that was built: ` +
        `run 'npm run api' and commit what changed`,
    );
}

if (import.meta.url === pathToFileURL(process.argv[1]).href) {
  const directories = workspacePackages()
    .filter(({ published }) => published)
    .map(({ directory }) => directory);
  for (const directory of directories) rmSync(kept(directory), { recursive: true, force: true });
  write(new Map(directories.map((directory) => [directory, kept(directory)])));
}
