// What a built package imports, against what its manifest declares; and its two builds in one process.
import { spawnSync } from 'node:child_process';
import { readFileSync, readdirSync } from 'node:fs';
import { builtinModules } from 'node:module';
import { join } from 'node:path';

const IMPORTED =
  /(?:\bfrom|\bimport|\b(?:__)?require|\brequire\.resolve|\bimport\.meta\.resolve)\s*\(?\s*["']([@\w][\w@/.-]*)["']/g;

/** The packages that text of JavaScript or of declarations imports. */
export function importedPackages(text) {
  const found = [...text.replace(/\/\*[\s\S]*?\*\//g, '').matchAll(IMPORTED)].map(
    ([, specifier]) => specifier,
  );
  const outside = found.filter(
    (name) => !name.startsWith('node:') && !builtinModules.includes(name.split('/')[0]),
  );
  return new Set(outside.map((name) => name.split('/', name.startsWith('@') ? 2 : 1).join('/')));
}

/** Imports that no installation would provide, and dependencies that are installed for nothing. */
export function dependencyProblems(manifest, texts) {
  const imported = new Set(texts.flatMap((text) => [...importedPackages(text)]));
  const needed = Object.keys(manifest.dependencies ?? {});
  const declared = new Set([...needed, ...Object.keys(manifest.peerDependencies ?? {}), manifest.name]);
  return [
    ...[...imported]
      .filter((name) => !declared.has(name))
      .map((name) => `imports '${name}', which package.json does not declare: add it to "dependencies"`),
    ...needed
      .filter((name) => !imported.has(name))
      .map(
        (name) =>
          `declares '${name}', which nothing that is published imports: remove it, or move it to "devDependencies"`,
      ),
  ];
}

/** Everything in the folders that users run or that their compilers read. */
export function publishedTexts(directory, folders) {
  return folders.flatMap((folder) =>
    readdirSync(join(directory, folder), { recursive: true })
      .map(String)
      .filter((name) => /\.[cm]?js$|\.d\.[cm]?ts$/.test(name))
      .map((name) => readFileSync(join(directory, folder, name), 'utf8')),
  );
}

/** What a fresh process prints that loads every entry both ways, by `import` and by `require`: it should be nothing. */
export function bothBuildsProblems(directory, manifest) {
  const entries = Object.entries(manifest.exports ?? {})
    .filter(([, target]) => target.import !== undefined && target.require !== undefined)
    .map(([entry]) => manifest.name + entry.slice(1));
  const lines = entries.flatMap((name) => [`await import('${name}');`, `require('${name}');`]);
  const code = `const require = (await import('node:module')).createRequire('${directory}/');\n${lines.join('\n')}`;
  const run = spawnSync(process.execPath, ['--input-type=module', '--eval', code], {
    cwd: directory,
    encoding: 'utf8',
  });
  const printed = `${run.stdout}${run.stderr}`.trim();
  return run.status === 0 && printed === '' ? [] : [`import and require in one process: ${printed}`];
}
