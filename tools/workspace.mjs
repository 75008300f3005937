import { readdirSync, readFileSync, existsSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

export const root = join(dirname(fileURLToPath(import.meta.url)), '..');

/** Every workspace package: folder, manifest, and whether it is published. */
export function workspacePackages() {
  return ['packages', 'apps'].flatMap((group) =>
    readdirSync(join(root, group))
      .filter((name) => existsSync(join(root, group, name, 'package.json')))
      .map((name) => {
        const directory = join(root, group, name);
        const manifest = JSON.parse(readFileSync(join(directory, 'package.json'), 'utf8'));
        return { name, directory, manifest, published: manifest.private !== true };
      }),
  );
}

/** Test files of a package or of `tools/`: those of a slow lane (`x.browser.test.ts`), or those of none. */
export function testFiles(directory, lane) {
  const ending =
    lane === undefined
      ? /^[^.]+(\.(?!slow|webgpu|browser|slurm|soak|viewer|tfjsnode|fuzz)[^.]+)*\.test\.ts$/
      : `.${lane}.test.ts`;
  return readdirSync(directory, { recursive: true })
    .map(String)
    .filter((name) => !/(^|\/)(node_modules|dist)\//.test(name))
    .filter((name) => (typeof ending === 'string' ? name.endsWith(ending) : ending.test(basename(name))));
}

/** Command line that runs Nx of this checkout. */
export function nxCommand(...args) {
  return [process.execPath, join(root, 'node_modules/nx/dist/bin/nx.js'), ...args, '--outputStyle=static'];
}
