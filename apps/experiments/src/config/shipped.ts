import { existsSync, readdirSync, statSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { nearestNames } from '@prismamba/core';
import { UserError } from '../user-error.js';

/** The folder of the experiments that are shipped: above this file, wherever the bundler put it. */
export function shippedFolder(): string {
  const start = dirname(fileURLToPath(import.meta.url));
  for (let folder = start; folder !== dirname(folder); folder = dirname(folder)) {
    if (existsSync(join(folder, 'experiments', 'quickstart.yaml'))) return join(folder, 'experiments');
  }
  throw new Error(`shippedFolder: no folder above ${start} holds experiments/quickstart.yaml`);
}

/** Names of the shipped experiments, such as `quickstart` and `cave/gmsr-net`; parts (`groups/`) are none. */
export function shippedExperiments(folder = shippedFolder()): string[] {
  return readdirSync(folder, { recursive: true, encoding: 'utf8' })
    .map((name) => name.replaceAll('\\', '/'))
    .filter((name) => name.endsWith('.yaml') && !name.startsWith('groups/'))
    .map((name) => name.replace(/\.yaml$/, ''))
    .sort();
}

/** A path to a YAML file, or the name of a shipped experiment. */
export function findExperiment(name: string): string {
  if (existsSync(name) && statSync(name).isFile()) return name;
  const folder = shippedFolder();
  const shipped = join(folder, `${name.replace(/^experiments\//, '').replace(/\.ya?ml$/, '')}.yaml`);
  if (existsSync(shipped)) return shipped;
  const known = shippedExperiments(folder);
  const [nearest] = nearestNames(basename(name).replace(/\.ya?ml$/, ''), known, 1);
  const hint = nearest === undefined ? '' : ` Did you mean '${nearest}'?`;
  throw new UserError(
    `there is no experiment file '${name}', and none of that name is shipped.${hint} Shipped: ${known.join(', ')}`,
  );
}
