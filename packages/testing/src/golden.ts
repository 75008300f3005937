import { existsSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { readNpz, type NdArray } from '@prismamba/formats';

const packageRoot = join(dirname(fileURLToPath(import.meta.url)), '..');
const sharedRoot = join(packageRoot, '..', '..', '..', 'shared');

/** Path of a file or folder beside the project (`../shared/...`), or undefined where it is absent. */
export function sharedPath(name: string): string | undefined {
  const path = join(sharedRoot, name);
  return existsSync(path) ? path : undefined;
}

/** Path of a loader fixture that is part of the project. */
export function fixturePath(name: string): string {
  const path = join(packageRoot, 'fixtures', name);
  if (!existsSync(path)) throw new Error(`fixturePath: no fixture '${name}' in packages/testing/fixtures`);
  return path;
}

const noted = new Set<string>();

/**
 * `PRISMAMBA_GOLDEN` names a folder of other goldens in the format of `golden/README.md`, which come first; what it lacks
 * is taken from the project, and a line says so.
 */
function findGolden(name: string): string | undefined {
  const given = process.env['PRISMAMBA_GOLDEN'];
  if (given !== undefined && given !== '') {
    if (!existsSync(given)) throw new Error(`PRISMAMBA_GOLDEN: no folder '${given}'`);
    const path = join(given, name);
    if (existsSync(path)) return path;
    if (!noted.has(name)) {
      noted.add(name);
      process.stderr.write(`golden '${name}' is not in PRISMAMBA_GOLDEN: the project's own is used\n`);
    }
  }
  const own = join(packageRoot, 'golden', name);
  return existsSync(own) ? own : sharedPath(join('reference', 'golden', name));
}

/** Whether a golden file is here: the large ones live only beside the project. */
export function hasGolden(name: string): boolean {
  return findGolden(name) !== undefined;
}

/** The reason to give when a test is skipped for want of a golden file. */
export function goldenSkipReason(name: string): string {
  return `golden '${name}' is not part of the clone (too large) and ../shared/reference is absent`;
}

/** Path of a golden file or folder. @throws when it is neither in the project nor beside it. */
export function goldenPath(name: string): string {
  const path = findGolden(name);
  if (path === undefined) throw new Error(`goldenPath: ${goldenSkipReason(name)}`);
  return path;
}

/** Reads a golden archive. The format is described in `golden/README.md`. */
export function readGolden(name: string): Map<string, NdArray> {
  return readNpz(readFileSync(goldenPath(name)), { name });
}
