import { spawn } from 'node:child_process';
import { existsSync, mkdtempSync, readFileSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { goldenPath, sharedPath } from '@prismamba/testing';
import sharp from 'sharp';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { bundleCommandLine } from '../testing/command-line.js';

/*
 * `prismamba reconstruct` of a 4,000 x 3,000 photo by real networks in a process of its own: the most memory that it ever
 * held, everything included (Node, decoded photo, network, threads). The cube goes to disk, so all of it is beyond the
 * output. PRISMAMBA_LANE=slow npx vitest run src/reconstruct/photo-memory; half an hour to an hour on two cores.
 */

const [height, width, bands] = [3000, 4000, 31];
const LIMIT = 1.5e9;

const folder = mkdtempSync(join(tmpdir(), 'photo-memory-'));
let program = '';
beforeAll(async () => {
  program = bundleCommandLine();
  const pixels = new Uint8Array(height * width * 3);
  for (let p = 0; p < height * width; p++) {
    const [x, y] = [p % width, Math.floor(p / width)];
    pixels[3 * p] = 127 + 100 * Math.sin(x / 90) + ((x * 7919 + y * 104_729) % 23);
    pixels[3 * p + 1] = 127 + 100 * Math.sin(y / 70);
    pixels[3 * p + 2] = 127 + 100 * Math.cos((x + y) / 110);
  }
  const raw = { raw: { width, height, channels: 3 } } as const;
  await sharp(pixels, raw).jpeg({ quality: 92 }).toFile(join(folder, 'photo.jpg'));
  await sharp(pixels, raw).png({ compressionLevel: 3 }).toFile(join(folder, 'photo.png'));
}, 300_000);
afterAll(() => {
  rmSync(folder, { recursive: true, force: true });
});

/** The high-water mark of a process's resident memory in bytes (Linux), 0 when it has ended. */
function peakOf(pid: number): number {
  try {
    return 1024 * Number(/VmHWM:\s*(\d+) kB/.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))?.[1] ?? 0);
  } catch {
    return 0;
  }
}

async function reconstruct(args: readonly string[]): Promise<{ peak: number; seconds: number }> {
  const child = spawn(process.execPath, [program, 'reconstruct', ...args], { cwd: folder, stdio: 'pipe' });
  let stderr = '';
  child.stderr.on('data', (data: Buffer) => (stderr = (stderr + data.toString()).slice(-2000)));
  child.stdout.resume();
  let peak = 0;
  const began = performance.now();
  const watch = setInterval(() => (peak = Math.max(peak, peakOf(child.pid!))), 200);
  const code = await new Promise((resolve) => child.on('close', resolve));
  clearInterval(watch);
  expect(code, stderr).toBe(0);
  return { peak, seconds: (performance.now() - began) / 1000 };
}

const mst = sharedPath('reference/golden/mst-plus-plus/weights.pth');
const gmsr = ['--model', 'gmsr-net', '--weights', goldenPath('gmsr-net/weights.pth')];
const cases: readonly (readonly [title: string, args: readonly string[], reason?: string])[] = [
  ['GMSR-Net, tiles of 256', ['photo.jpg', ...gmsr, '--tile', '256', '--out', 'a.hdr']],
  ['GMSR-Net, tiles of 512', ['photo.png', ...gmsr, '--tile', '512', '--out', 'b.npy']],
  ['GMSR-Net, gmsr-official', ['photo.png', ...gmsr, '--protocol', 'gmsr-official', '--out', 'c.mat']],
  [
    'MST++, tiles of 256',
    ['photo.jpg', '--model', 'mst-plus-plus', '--weights', mst ?? '', '--tile', '256', '--out', 'd.npz'],
    mst === undefined ? 'needs ../shared/reference/golden/mst-plus-plus/weights.pth' : undefined,
  ],
];

const noProc = existsSync('/proc/self/status') ? undefined : 'peak memory is read from /proc (Linux)';

describe('prismamba reconstruct of a 4,000 x 3,000 photo', () => {
  for (const [title, args, missing] of cases) {
    const reason = noProc ?? missing;
    it.skipIf(reason !== undefined)(
      `${title}: at most 1.5 GB${reason ? ` (skipped: ${reason})` : ''}`,
      async () => {
        const { peak, seconds } = await reconstruct(args);
        process.stdout.write(
          `${title} to ${args.at(-1)}: ${(peak / 1e9).toFixed(2)} GB, ${seconds.toFixed(0)} s\n`,
        );
        const out = join(folder, args.at(-1)!.replace('.hdr', '.img'));
        expect(statSync(out).size).toBeGreaterThanOrEqual(4 * height * width * bands);
        rmSync(out);
        expect(peak).toBeGreaterThan(0);
        expect(peak).toBeLessThan(LIMIT);
      },
      7_200_000,
    );
  }
});
