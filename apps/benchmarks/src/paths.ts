import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

/** apps/benchmarks (this file is bundled into its `dist`). */
export const appRoot = join(dirname(fileURLToPath(import.meta.url)), '..');
export const repositoryRoot = join(appRoot, '..', '..');
