import { existsSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { appRoot } from '../paths.js';

/**
 * Loads a rival from `rivals/node_modules` (it has a lock file of its own, so that nobody installs 300 MB of
 * rivals to train a network). Undefined where `npm run bench` has not installed them.
 */
export async function loadRival<T>(name: string): Promise<T | undefined> {
  const folder = join(appRoot, 'rivals');
  if (!existsSync(join(folder, 'node_modules', name))) return undefined;
  const require = createRequire(join(folder, 'package.json'));
  return (await import(pathToFileURL(require.resolve(name)).href)) as T;
}
