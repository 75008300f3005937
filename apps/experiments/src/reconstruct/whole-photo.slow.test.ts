import { mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { writePng } from '@prismamba/formats';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { bundleCommandLine, start } from '../testing/command-line.js';

/*
 * `prismamba reconstruct --protocol whole` of a photo whose features do not fit into the 4 GB that WebAssembly has:
 * PRISMAMBA_LANE=slow npx vitest run src/reconstruct/whole-photo; a minute, and 6 GB of memory.
 */

const SIDE = 2600;
const folder = mkdtempSync(join(tmpdir(), 'whole-photo-'));
let program = '';
beforeAll(() => {
  program = bundleCommandLine();
  const data = Uint8Array.from(
    { length: 3 * SIDE * SIDE },
    (_, i) => (Math.imul(i, 2654435761) >>> 13) & 255,
  );
  writeFileSync(
    join(folder, 'photo.png'),
    writePng({ width: SIDE, height: SIDE, channels: 3, bitDepth: 8, data }),
  );
});
afterAll(() => {
  rmSync(folder, { recursive: true, force: true });
});

it(`${SIDE} x ${SIDE} pixels in one piece: an error that names the size and what to do, and no file`, async () => {
  const args = ['reconstruct', 'photo.png', '--pretrained', 'gmsr-net/photo', '--protocol', 'whole'];
  const { code, stderr } = await start(
    process.execPath,
    [program, ...args, '--out', 'cube.npy'],
    folder,
    {},
    1_800_000,
  ).finished;
  process.stdout.write(`${stderr.trim().split('\n').at(-1) ?? ''}\n`);
  expect(stderr).toMatch(
    /error: photo\.png: predict: 2600 x 2600 pixels at once are too many for the memory \(\w+\.makeOutput \[1, 2600, 2600, \d+\] \(float32\): no room for .+\); choose the protocol 'tiles', or smaller tiles\./,
  );
  expect(stderr, 'no stack').not.toMatch(/^\s+at /m);
  expect(code).toBe(1);
  expect(readdirSync(folder)).toEqual(['photo.png']);
}, 1_800_000);
