import { startBackend } from '@prismamba/backend';
import { countReads, whyNoWebgpu } from '@prismamba/testing';
import { afterAll, describe, expect, it } from 'vitest';
import { agdRankLoss } from './losses/agd-rank-loss.js';
import { l1Loss } from './losses/l1-loss.js';
import { weightedLoss } from './losses/weighted-loss.js';
import { Adam } from './optimizer/adam.js';
import { smallBatches, smallModel } from './testing/small-model.js';
import { trainStep, type TrainStepOptions } from './train/train-step.js';
// Suites that run on this backend too (`npm run test:webgpu`); not `clipGradients` by itself, which reads synchronously.
import './losses/agd-rank-loss.test.js';
import './losses/losses.test.js';
import './optimizer/adam.test.js';
import './optimizer/optimizers.test.js';
import './train/find-anomaly.test.js';
import './train/host-terms.test.js';

const plain = () =>
  weightedLoss([
    { name: 'l1', weight: 1, loss: l1Loss },
    { name: 'again', weight: 0.5, loss: l1Loss },
  ]);
const ranked = () =>
  weightedLoss([
    { name: 'l1', weight: 1, loss: l1Loss },
    { name: 'rank', weight: 20, loss: agdRankLoss({ window: 4, stride: 2, form: 'intended' }) },
  ]);

/** Three steps on the backend of now: what each says, and how often it read. */
async function steps(
  make: typeof plain,
  options: Partial<TrainStepOptions>,
  reads: () => number = () => 0,
): Promise<{ readonly losses: number[]; readonly terms: number[]; readonly counts: number[] }> {
  const [model, optimizer, loss] = [smallModel(), new Adam(), make()];
  const [losses, terms, counts]: [number[], number[], number[]] = [[], [], []];
  for (let step = 0; step < 3; step++) {
    const batch = await smallBatches().batchAt(step);
    const before = reads();
    const result = await trainStep({ model, optimizer, loss, batch, learningRate: 0.01, ...options });
    counts.push(reads() - before);
    losses.push(result.loss);
    terms.push(...Object.values(result.terms!));
  }
  loss.dispose();
  optimizer.dispose();
  model.dispose();
  return { losses, terms, counts };
}

const reason = whyNoWebgpu();
describe.skipIf(reason !== undefined)(`a step on WebGPU${reason ? ` (skipped: ${reason})` : ''}`, () => {
  afterAll(() => startBackend('wasm'));

  it.each<readonly [string, typeof plain, Partial<TrainStepOptions>, number]>([
    ['terms, a clipped norm and a look at the gradients', plain, { clipNorm: 0.1, checkGradients: true }, 1],
    ['parts of the batch', plain, { clipNorm: 0.1, microBatch: 2 }, 1],
    ['a loss of the host', ranked, {}, 1],
    ['a loss of the host and a clipped norm', ranked, { clipNorm: 0.1 }, 1],
    ['a loss of the host and a look at the gradients', ranked, { clipNorm: 0.1, checkGradients: true }, 2],
  ])('%s: the numbers of WASM', async (_, make, options, wantedReads) => {
    await startBackend('wasm');
    const wanted = await steps(make, options);
    await startBackend('webgpu');
    const got = await steps(make, options, countReads());
    expect(got.counts).toEqual([wantedReads, wantedReads, wantedReads]);
    for (const key of ['losses', 'terms'] as const) {
      for (const [i, value] of got[key].entries())
        expect(Math.abs(value - wanted[key][i]!)).toBeLessThan(1e-5 * Math.max(1e-2, Math.abs(value)));
    }
  });
});
