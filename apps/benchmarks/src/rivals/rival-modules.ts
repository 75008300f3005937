import { existsSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import type { PeerLoader } from '@prismamba/backend';
import { appRoot } from '../paths.js';

const folder = join(appRoot, 'rivals');

/** Finds optional packages among the rivals: for engines that are rivals here and options of the command line elsewhere. */
export const rivalPeers: PeerLoader = {
  find: (name) =>
    existsSync(join(folder, 'node_modules', name))
      ? pathToFileURL(createRequire(join(folder, 'package.json')).resolve(name)).href
      : undefined,
  load: (url) => import(url) as Promise<unknown>,
};

/**
 * Loads a rival from `rivals/node_modules` (it has a lock file of its own, so that nobody installs 300 MB of
 * rivals to train a network). Undefined where `npm run bench` has not installed them.
 */
export async function loadRival<T>(name: string): Promise<T | undefined> {
  if (!existsSync(join(folder, 'node_modules', name))) return undefined;
  const require = createRequire(join(folder, 'package.json'));
  return (await import(pathToFileURL(require.resolve(name)).href)) as T;
}
