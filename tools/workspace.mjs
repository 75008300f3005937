import { readdirSync, readFileSync, existsSync } from 'node:fs';
import { dirname, join } from 'node:path';
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
