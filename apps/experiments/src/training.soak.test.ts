import { createRandom } from '@prismamba/core';
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { bundleCommandLine, start } from './testing/command-line.js';

/*
 * A training that goes on for PRISMAMBA_SOAK_MINUTES (30) minutes, killed (-9) at random and gone on with: no step is lost or done twice, and
 * memory does not grow. The slope of the resident memory is printed.
 */

const MINUTES = Number(process.env['PRISMAMBA_SOAK_MINUTES'] ?? 30);
/**
 * Compiling kernels, filling caches and the first collections of the heap are no growth. They end after a number of steps, not of
 * seconds: on a busy machine a start takes minutes.
 */
const WARM_UP_STEPS = 150;
const SAMPLE_MS = 1000;
/** A life that is shorter says nothing of growth. */
const FEWEST_SAMPLES = 60;
const LONGEST_LIFE_MS = 8 * 60_000;

const experiment = `
name: soak
title: A long one
about: For tests.
command: none
cost: half an hour
expected: nothing
model: { name: gmsr-net, options: { widths: [6, 31], d_state: 2, drop_path_rate: 0.3 } }
data: { source: synthetic, validation: 1, synthetic: { train: 4, test: 1, height: 32, width: 32, seed: 2 } }
patches: { size: 16, stride: 8, augment: rotate-flip }
training:
  duration: 10_000_000 steps
  batch_size: 4
  micro_batch: 2
  optimizer: { name: adamw, weight_decay: 0.01, exempt: norms }
  schedule: { learning_rate: 1e-4 }
  ema: { decay: 0.99 }
  validation: { every: 50 steps, metric: PSNR, keep: 2 }
  checkpoint_every: 10 steps
logging: { tensorboard: true }
`;

interface Sample {
  readonly seconds: number;
  /** Steps since this process began. */
  readonly steps: number;
  readonly megabytes: number;
}

let folder = '';
let cli = '';
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'prismamba soak '));
  writeFileSync(join(folder, 'soak.yaml'), experiment);
  cli = bundleCommandLine();
});
afterAll(() => {
  rmSync(folder, { recursive: true, force: true });
});

const residentMegabytes = (pid: number) =>
  Number(/^VmRSS:\s*(\d+)/m.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))?.[1] ?? NaN) / 1024;

/** Growth in MB for each second or step, by least squares; every life of the process has a level of its own. */
function slopeOf(lives: readonly (readonly Sample[])[], by: 'seconds' | 'steps'): number {
  let above = 0;
  let below = 0;
  for (const life of lives) {
    const mean = (of: 'seconds' | 'steps' | 'megabytes') =>
      life.reduce((sum, one) => sum + one[of], 0) / life.length;
    const [when, megabytes] = [mean(by), mean('megabytes')];
    for (const one of life) {
      above += (one[by] - when) * (one.megabytes - megabytes);
      below += (one[by] - when) ** 2;
    }
  }
  return above / below;
}

function stepsOf(run: string): number[] {
  const log = join(run, 'log.jsonl');
  // The folder is there a moment before its log.
  if (!existsSync(log)) return [];
  return readFileSync(log, 'utf8')
    .split('\n')
    .flatMap((line) => {
      const step = /"event":"step".*?"step":(\d+)/.exec(line)?.[1];
      return step === undefined ? [] : [Number(step)];
    });
}

it.skipIf(process.platform !== 'linux')(
  `${MINUTES} minutes of training with random kills (Linux: /proc)`,
  async () => {
    const random = createRandom(1);
    const ends = Date.now() + MINUTES * 60_000;
    const lives: Sample[][] = [];
    let run: string | undefined;
    let kills = 0;
    while (Date.now() < ends) {
      const args = run === undefined ? ['train', 'soak.yaml'] : ['train', '--resume', run];
      const command = start(process.execPath, [cli, ...args], folder, {}, 2 * MINUTES * 60_000);
      await command.seen('training ');
      const inside = join(folder, 'runs', 'soak');
      run ??= join(inside, readdirSync(inside)[0]!);
      const samples: Sample[] = [];
      const began = Date.now();
      const until = Math.min(ends, began + LONGEST_LIFE_MS);
      const first = stepsOf(run).at(-1) ?? 0;
      const life = WARM_UP_STEPS + random.integer(300, 1500);
      for (let steps = 0; Date.now() < until && steps < life && command.child.exitCode === null;) {
        await new Promise((resolve) => setTimeout(resolve, SAMPLE_MS));
        steps = (stepsOf(run).at(-1) ?? 0) - first;
        if (steps < WARM_UP_STEPS) continue;
        const seconds = (Date.now() - began) / 1000;
        samples.push({ seconds, steps, megabytes: residentMegabytes(command.child.pid!) });
      }
      command.child.kill('SIGKILL');
      const { stderr } = await command.finished;
      expect(command.child.signalCode, stderr).toBe('SIGKILL');
      if (samples.length >= FEWEST_SAMPLES) lives.push(samples);
      kills += 1;
    }
    expect(
      lives.length,
      `lives of ${FEWEST_SAMPLES} seconds after ${WARM_UP_STEPS} steps: more minutes are wanted here`,
    ).toBeGreaterThan(0);
    const slope = 60 * slopeOf(lives, 'seconds');
    const all = lives.flat().map(({ megabytes }) => megabytes);
    process.stdout.write(
      `soak: ${MINUTES} minutes, ${kills} kills, ${stepsOf(run!).length} steps; ${lives.length} lives measured after ${WARM_UP_STEPS} steps: ` +
        `resident memory ${Math.min(...all).toFixed(0)} to ${Math.max(...all).toFixed(0)} MB, ` +
        `slope ${slope.toFixed(3)} MB a minute, ${(1000 * slopeOf(lives, 'steps')).toFixed(3)} MB a thousand steps\n`,
    );
    const last = start(process.execPath, [cli, 'train', '--resume', run!], folder);
    await last.seen('resuming after step');
    await last.seen('| loss ');
    last.child.kill('SIGTERM');
    const { code, stderr } = await last.finished;
    expect(code, stderr).toBe(143);
    const steps = stepsOf(run!);
    expect(steps).toEqual(steps.map((_, i) => i + 1));
    expect(existsSync(join(run!, '.lock'))).toBe(false);

    // A week at this slope would be 10 GB.
    expect(slope).toBeLessThan(1);
  },
  2 * MINUTES * 60_000 + 600_000,
);
