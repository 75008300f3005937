import { startBackend } from '@prismamba/backend';
import { getModel } from '@prismamba/models';
import { countReads, whyNoWebgpu } from '@prismamba/testing';
import {
  Adam,
  l1Loss,
  restoreCheckpoint,
  train,
  type Checkpoint,
  type TrainOptions,
} from '@prismamba/trainer';
import * as tf from '@tensorflow/tfjs-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';

/** A GMSR-Net whose shaders a software adapter compiles quickly: all of its parts, one block of 31 bands, 2 states. */
const build = () => {
  const definition = getModel('gmsr-net');
  return definition.build(definition.config.parse({ widths: [31], d_state: 2, drop_path_rate: 0 }), {
    seed: 3,
  });
};

const [size, height, width, bands] = [2, 8, 9, 31];
const numbers = (count: number, seed: number) =>
  Float32Array.from({ length: count }, (_, i) => 0.5 + 0.4 * Math.sin(1.3 * i + seed));
const batch = {
  rgb: numbers(size * height * width * 3, 1),
  cube: numbers(size * height * width * bands, 2),
  size,
  height,
  width,
  bands,
};

type Step = Parameters<NonNullable<TrainOptions['onStep']>>[0];

/** A run on the backend of now, with what it says of each step; `watch` is told before each. */
async function run(
  options: Partial<TrainOptions> & {
    readonly checkpoint?: Checkpoint;
    readonly watch?: (step: number) => void;
  },
): Promise<{ readonly records: Step[]; readonly weights: Float32Array[] }> {
  const { checkpoint, watch, ...rest } = options;
  const model = build();
  const optimizer = new Adam();
  const records: Step[] = [];
  try {
    if (checkpoint !== undefined) restoreCheckpoint(model, optimizer, checkpoint);
    await train({
      model,
      loss: l1Loss,
      optimizer,
      schedule: () => 1e-3,
      batches: { batchSize: size, stepsPerEpoch: 1, batchAt: () => Promise.resolve(batch) },
      seed: 1,
      steps: 3,
      ...(checkpoint === undefined ? {} : { startStep: checkpoint.step }),
      aroundStep: (step, body) => (watch?.(step), body()),
      ...rest,
      onStep: (record) => void records.push(record),
    });
    const weights: Float32Array[] = [];
    for (const weight of model.trainableWeights)
      weights.push((await weight.read().data<'float32'>()).slice());
    return { records, weights };
  } finally {
    optimizer.dispose();
    model.dispose();
  }
}

interface Device {
  readonly device: { destroy(): void };
}
const webgpu = () => tf.backend() as unknown as Device;

const largest = (values: readonly Float32Array[]) =>
  Math.max(...values.map((array) => array.reduce((most, value) => Math.max(most, Math.abs(value)), 0)));
const difference = (a: readonly Float32Array[], b: readonly Float32Array[]) =>
  largest(a.map((array, i) => array.map((value, k) => value - b[i]![k]!)));

const reason = whyNoWebgpu();
describe.skipIf(reason !== undefined)(`training on WebGPU${reason ? ` (skipped: ${reason})` : ''}`, () => {
  let wanted: Awaited<ReturnType<typeof run>>;
  beforeAll(async () => {
    await startBackend('wasm');
    wanted = await run({ clipNorm: 0.5 });
  });
  afterAll(() => startBackend('wasm'));

  it('gives the losses, and by the clipped norm the weights, of WASM, with one read from the device a step', async () => {
    await startBackend('webgpu');
    const reads = countReads();
    const before: number[] = [];
    const { records, weights } = await run({ clipNorm: 0.5, watch: () => void before.push(reads()) });
    expect(before[1]! - before[0]!).toBe(1);
    expect(before[2]! - before[1]!).toBe(1);
    for (const [i, { loss }] of records.entries()) {
      expect(Math.abs(loss - wanted.records[i]!.loss) / wanted.records[i]!.loss).toBeLessThan(1e-5);
    }
    expect(difference(weights, wanted.weights)).toBeLessThan(1e-4 * largest(wanted.weights));
    expect(records[2]!.loss).toBeLessThan(records[0]!.loss);
  });

  it('says that the device was lost, takes a new one, and goes on from the last checkpoint', async () => {
    await startBackend('webgpu');
    let kept: Checkpoint | undefined;
    const lose = run({
      clipNorm: 0.5,
      checkpointEvery: 1,
      saveCheckpoint: (checkpoint) => ((kept = checkpoint), 'kept'),
      watch: (step) => {
        if (step === 2) webgpu().device.destroy();
      },
    });
    await expect(lose).rejects.toThrow(/the WebGPU device was lost \(destroyed.*train --resume/s);
    expect(kept?.step).toBe(1);
    const { backend } = await startBackend('webgpu');
    expect(backend).toBe('webgpu');
    const { records, weights } = await run({ clipNorm: 0.5, checkpoint: kept! });
    expect(records.map(({ step }) => step)).toEqual([2, 3]);
    expect(difference(weights, wanted.weights)).toBeLessThan(1e-4 * largest(wanted.weights));
  });
});
