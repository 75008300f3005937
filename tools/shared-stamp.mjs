// An input of the test target (nx.json): tests read goldens and scenes beside the checkout (`../shared`) and in the
// folders of PRISMAMBA_DATA and PRISMAMBA_GOLDEN, which Nx cannot hash. Prints one hash over names, sizes and times.
import { createHash } from 'node:crypto';
import { existsSync, readdirSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { root } from './workspace.mjs';

const shared = join(root, '..', 'shared');
const folders = [
  join(shared, 'reference'),
  join(shared, 'data'),
  process.env.PRISMAMBA_DATA,
  process.env.PRISMAMBA_GOLDEN,
];
const hash = createHash('sha256');
for (const folder of folders) {
  if (!folder || !existsSync(folder)) {
    hash.update('absent\n');
    continue;
  }
  for (const name of readdirSync(folder, { recursive: true }).map(String).sort()) {
    const { size, mtimeMs } = statSync(join(folder, name));
    hash.update(`${name} ${size} ${mtimeMs}\n`);
  }
}
process.stdout.write(`${hash.digest('hex')}\n`);
