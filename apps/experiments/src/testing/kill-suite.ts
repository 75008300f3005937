import { createRandom } from '@prismamba/core';
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { bundleCommandLine, start } from './command-line.js';

/** Everything that has state: moments, average, best so far, early stop, augmentation on its thread, drop path, micro-batches. */
export const statefulExperiment = (steps: number) => `
name: killed
title: A run that is killed again and again
about: For tests.
command: none
cost: seconds
expected: nothing
seed: 3
model: { name: gmsr-net, options: { widths: [31], d_state: 2, drop_path_rate: 0.3 } }
data:
  source: synthetic
  rgb: srgb
  validation: 1
  synthetic: { train: 4, test: 1, height: 24, width: 24, seed: 2 }
patches:
  size: 12
  stride: 6
  augment: rotate-flip
  photo: { synthetic_cameras: 1, illuminants: [D65, A], exposure: [0.5, 2], electrons: [1000, 9000], jpeg_quality: [50, 98], jpeg_part: 0.5 }
training:
  duration: ${steps} steps
  batch_size: 4
  micro_batch: 2
  loss: { l1: 1, sam: 0.01 }
  optimizer: { name: adamw, weight_decay: 0.01, exempt: norms }
  schedule: { name: cosine, learning_rate: 5e-3, warm_up: 5 steps }
  clip_norm: 1
  ema: { decay: 0.9 }
  validation: { every: 7 steps, metric: PSNR, keep: 2, patience: 50 }
  checkpoint_every: 4 steps
logging: { tensorboard: true }
report: { html: false }
`;

const settings = {
  'wasm, 1 thread': () => ['backend=wasm', 'threads=1'],
  'wasm, 2 threads': () => ['backend=wasm', 'threads=2'],
  // The reference backend is slow: smaller patches, fewer steps.
  cpu: (steps: number) => [
    'backend=cpu',
    `training.duration=${Math.round(steps / 3)} steps`,
    'patches.size=6',
  ],
} as const;

/** Only a guard against hanging: two dozen starts on a busy machine take long. */
const HOUR = 3_600_000;

/** What must be equal: the log without times and speeds, and the files of the result. */
export function outcome(run: string) {
  const log = readFileSync(join(run, 'log.jsonl'), 'utf8')
    .trimEnd()
    .split('\n')
    .map((line) => JSON.parse(line) as Record<string, unknown>)
    .filter(({ event }) => event === 'step' || event === 'validation' || event === 'scores')
    .map(({ time: _time, patchesPerSecond: _speed, waitSeconds: _wait, ...rest }) => rest);
  const best = join(run, 'best');
  return {
    log,
    weights: readFileSync(join(run, 'weights.safetensors')).toString('base64'),
    best: readdirSync(best)
      .sort()
      .map((name) => [name, readFileSync(join(best, name)).toString('base64')]),
    scores: readFileSync(join(run, 'scores.csv'), 'utf8'),
  };
}

/** Waits until a run's log says that a step is done. */
export async function reached(run: string, step: number, finished: Promise<unknown>): Promise<void> {
  let ended = false;
  void finished.then(() => (ended = true));
  const path = join(run, 'log.jsonl');
  while (!ended) {
    const lines = existsSync(path) ? readFileSync(path, 'utf8').split('\n') : [];
    const steps = lines.flatMap((line) => /"event":"step".*"step":(\d+)/.exec(line)?.[1] ?? []);
    if (Number(steps.at(-1) ?? 0) >= step) return;
    await new Promise((resolve) => setTimeout(resolve, 4));
  }
}

/**
 * kill -9 at random moments, resume, kill again: what comes out at the end equals an uninterrupted run to the last bit.
 */
export function killSuite({
  kills,
  steps,
  runs,
}: {
  kills: number;
  /** Of the run; the reference backend does a third of them. */
  steps: number;
  runs: readonly (keyof typeof settings)[];
}): void {
  describe(`a run killed ${kills} times`, () => {
    let folder = '';
    let cli = '';
    beforeAll(() => {
      folder = mkdtempSync(join(tmpdir(), 'prismamba kill '));
      writeFileSync(join(folder, 'killed.yaml'), statefulExperiment(steps));
      cli = bundleCommandLine();
    });
    afterAll(() => {
      rmSync(folder, { recursive: true, force: true });
    });
    const prismamba = (...args: string[]) => start(process.execPath, [cli, ...args], folder, {}, HOUR);
    const train = (out: string, set: readonly string[]) =>
      prismamba('train', 'killed.yaml', '--out', out, ...set.flatMap((text) => ['--set', text]));

    it.each(runs)(
      'equals an uninterrupted one (%s)',
      async (name) => {
        const set = settings[name](steps);
        const wholeOut = `whole ${name}`;
        const whole = await train(wholeOut, set).finished;
        expect(whole.code, whole.stderr).toBe(0);
        const runOf = (out: string) =>
          join(folder, out, 'killed', readdirSync(join(folder, out, 'killed'))[0]!);
        const wanted = outcome(runOf(wholeOut));
        expect(wanted.log.length).toBeGreaterThan(18);

        const out = `killed ${name}`;
        const random = createRandom(kills);
        const done = wanted.log.filter(({ event }) => event === 'step').length;
        // The steps at which it is killed, in order: the first before the first checkpoint, several between two of them.
        const targets = Array.from({ length: kills }, () => random.integer(1, done - 1)).sort(
          (x, y) => x - y,
        );
        targets[0] = 2;
        let run: string | undefined;
        for (const target of targets) {
          const command = run === undefined ? train(out, set) : prismamba('train', '--resume', run);
          await command.seen('backend');
          run ??= runOf(out);
          await reached(run, target, command.finished);
          await new Promise((resolve) => setTimeout(resolve, random.integer(0, 60)));
          command.child.kill('SIGKILL');
          const { stderr } = await command.finished;
          expect(command.child.signalCode, stderr).toBe('SIGKILL');
        }
        const last = await prismamba('train', '--resume', run!).finished;
        expect(last.code, last.stderr).toBe(0);
        expect(outcome(run!)).toEqual(wanted);
      },
      2 * HOUR,
    );
  });
}
