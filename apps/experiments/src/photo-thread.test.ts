import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { bundleCommandLine, start } from './testing/command-line.js';
import { reached } from './testing/kill-suite.js';

/* Photos of patches are formed on a thread of their own: the same numbers without it, and it ends with the training. */

const experiment = `
name: photos
title: Photos of many cameras
about: For tests.
command: none
cost: seconds
expected: nothing
model: { name: edsr, options: { blocks: 1, width: 8 } }
data: { source: synthetic, rgb: srgb, synthetic: { train: 2, test: 1, height: 16, width: 16, seed: 2 } }
patches: { size: 8, stride: 8, photo: { synthetic_cameras: 1, exposure: [0.5, 2], jpeg_quality: [50, 98] } }
training: { duration: 12 steps, batch_size: 2, schedule: { learning_rate: 1e-3 }, checkpoint_every: 5 steps }
report: { html: false }
`;

/** Node without one of the files of threads, as where its permission model or the machine gives none. */
const refusing = `
import threads from 'node:worker_threads';
import { syncBuiltinESMExports } from 'node:module';
threads.Worker = new Proxy(threads.Worker, {
  construct(Worker, [url, ...rest]) {
    if (String(url).includes('photo-worker')) throw new Error('this machine gives no thread');
    return new Worker(url, ...rest);
  },
});
syncBuiltinESMExports();
`;

let folder = '';
let cli = '';
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'prismamba photos '));
  writeFileSync(join(folder, 'photos.yaml'), experiment);
  writeFileSync(join(folder, 'refusing.mjs'), refusing);
  cli = bundleCommandLine();
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const train = (out: string, set: readonly string[] = [], env: NodeJS.ProcessEnv = {}) =>
  start(
    process.execPath,
    [cli, 'train', 'photos.yaml', '--out', out, ...set.flatMap((text) => ['--set', text])],
    folder,
    env,
  );
const weightsOf = (out: string) => {
  const inside = join(folder, out, 'photos');
  return readFileSync(join(inside, readdirSync(inside)[0]!, 'weights.safetensors'));
};

describe('the thread that forms photos', () => {
  it('is done without where none can be started: the same bits, and a note', async () => {
    const thread = await train('thread').finished;
    expect(thread.code, thread.stderr).toBe(0);
    expect(thread.stdout + thread.stderr).not.toContain('main thread');
    const main = await train('main', [], {
      NODE_OPTIONS: `--import=${pathToFileURL(join(folder, 'refusing.mjs')).href}`,
    }).finished;
    expect(main.code, main.stderr).toBe(0);
    expect(main.stdout + main.stderr).toContain(
      'note     photos of patches are formed on the main thread, between the steps: photoInWorker: no thread can be started here: this machine gives no thread',
    );
    expect(weightsOf('main').equals(weightsOf('thread'))).toBe(true);
  });

  it.each([
    ['an error', ['training.divergence_factor=1.001'], undefined, 1],
    ['a signal', ['training.duration=100000 steps'], 'SIGTERM', 143],
  ] as const)('ends with the training that %s ends', async (_, set, signal, wanted) => {
    const { child, seen, finished } = train(`ends ${wanted}`, set);
    if (signal !== undefined) {
      await seen('backend');
      const inside = join(folder, `ends ${wanted}`, 'photos');
      await reached(join(inside, readdirSync(inside)[0]!), 3, finished);
      child.kill(signal);
    }
    // A process with a thread that goes on would not end.
    const { code, stderr } = await finished;
    expect(code, stderr).toBe(wanted);
    expect(stderr).toMatch(signal === undefined ? /error: .*step \d+/ : /interrupted after step \d+/);
  });
});
