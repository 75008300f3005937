import * as tf from '@tensorflow/tfjs-core';
import * as tfl from '@tensorflow/tfjs-layers';
import { readSafetensors, writeSafetensors } from '@prismamba/formats';
import { eachBackend, expectClose } from '@prismamba/testing';
import { describe, expect, it } from 'vitest';
import type { BatchSource } from '../batches/batch-source.js';
import {
  captureCheckpoint,
  decodeCheckpoint,
  encodeCheckpoint,
  restoreCheckpoint,
  type Checkpoint,
} from '../checkpoint/checkpoint.js';
import { l1Loss } from '../losses/l1-loss.js';
import type { Loss } from '../losses/loss.js';
import { mseLoss } from '../losses/mse-loss.js';
import { weightedLoss } from '../losses/weighted-loss.js';
import { weightsByName, type Model } from '../model.js';
import { Adam } from '../optimizer/adam.js';
import { Sgd } from '../optimizer/sgd.js';
import { polynomialSchedule } from '../schedules/polynomial-schedule.js';
import { smallBatches, smallModel } from '../testing/small-model.js';
import { trainStep } from './train-step.js';
import { train, type StepRecord, type TrainOptions } from './train.js';

const schedule = polynomialSchedule({ learningRate: 1e-2, maxSteps: 40 });

function setUp(options: Partial<TrainOptions> = {}) {
  const model = smallModel();
  const optimizer = new Adam();
  const batches = smallBatches();
  const base: TrainOptions = { model, loss: l1Loss, optimizer, schedule, batches, steps: 8, seed: 5 };
  return {
    model,
    optimizer,
    run: () => train({ ...base, ...options }),
    end: () => {
      optimizer.dispose();
      model.dispose();
    },
  };
}

const weightBits = async (model: Model) =>
  Promise.all(
    model.weights.map(async (weight) => [
      ...new Uint32Array((await weight.read().data<'float32'>()).slice().buffer),
    ]),
  );

eachBackend('train', () => {
  it('lowers the loss and reports every step', async () => {
    const records: StepRecord[] = [];
    const { run, end } = setUp({ steps: 40, onStep: (record) => void records.push(record) });
    const result = await run();
    expect(result).toMatchObject({ step: 40, outcome: 'finished' });
    expect(records.map(({ step }) => step)).toEqual(Array.from({ length: 40 }, (_, i) => i + 1));
    expect(records[0]!.learningRate).toBe(1e-2);
    expect(records[3]).toMatchObject({ epoch: 1, steps: 40 });
    expect(records.at(-1)!.loss).toBeLessThan(0.5 * records[0]!.loss);
    end();
  });

  it('a resumed run equals an uninterrupted one to the last bit', async () => {
    const files: Uint8Array[] = [];
    const saveCheckpoint = (checkpoint: Checkpoint) => {
      files.push(encodeCheckpoint(checkpoint));
      return `file ${files.length}`;
    };
    const whole = setUp({ checkpointEvery: 3, saveCheckpoint });
    expect(await whole.run()).toMatchObject({ step: 8, lastCheckpoint: 'file 3' });

    const checkpoint = decodeCheckpoint(files[0]!);
    expect(checkpoint.step).toBe(3);
    const resumed = setUp({ startStep: checkpoint.step });
    restoreCheckpoint(resumed.model, resumed.optimizer, checkpoint);
    await resumed.run();
    expect(await weightBits(resumed.model)).toEqual(await weightBits(whole.model));

    const other = setUp({ seed: 6 });
    await other.run();
    expect(await weightBits(other.model), 'another seed draws other numbers').not.toEqual(
      await weightBits(whole.model),
    );
    for (const part of [whole, resumed, other]) part.end();
  });

  it('tells divergence by the lowest loss of the whole run, also after a resume', async () => {
    // From the fifth step on the truth is a hundred times as bright, and the loss far above the first.
    const good = smallBatches();
    const batches: BatchSource = {
      ...good,
      async batchAt(step) {
        const batch = await good.batchAt(step);
        return step < 4 ? batch : { ...batch, cube: batch.cube.map((value) => 100 * value) };
      },
    };
    const kept: Checkpoint[] = [];
    const saveCheckpoint = (checkpoint: Checkpoint) => `kept ${kept.push(checkpoint)}`;
    const whole = setUp({ batches, divergenceFactor: 5, checkpointEvery: 4, saveCheckpoint });
    const message = await whole.run().then(
      () => 'no error',
      (error: unknown) => String(error),
    );
    expect(message).toMatch(/^DivergedError: train: the loss of step 5 is .* 5 times the lowest of the run/);
    const checkpoint = decodeCheckpoint(encodeCheckpoint(kept[0]!));
    const resumed = setUp({
      batches,
      divergenceFactor: 5,
      startStep: checkpoint.step,
      startLowestLoss: checkpoint.lowestLoss,
    });
    restoreCheckpoint(resumed.model, resumed.optimizer, checkpoint);
    const lowest = /lowest of the run \((\S+)\)/;
    const again = await resumed.run().then(
      () => 'no error',
      (error: unknown) => String(error),
    );
    expect(lowest.exec(again)?.[1]).toBe(lowest.exec(message)![1]);
    for (const part of [whole, resumed]) part.end();
  });

  it('stops at the first loss that is not finite, naming step and last good checkpoint', async () => {
    const good = smallBatches();
    const batches: BatchSource = {
      ...good,
      async batchAt(step) {
        const batch = await good.batchAt(step);
        if (step === 4) batch.cube[7] = NaN;
        return batch;
      },
    };
    let last: Checkpoint | undefined;
    const { model, run, end } = setUp({
      batches,
      checkpointEvery: 2,
      saveCheckpoint: (checkpoint) => `step-${(last = checkpoint).step}`,
    });
    await expect(run()).rejects.toThrow(
      /^train: the loss of step 5 is NaN; training stopped, the last good checkpoint is step-4\./,
    );
    for (const weight of model.weights) {
      const kept = last!.weights.get(weight.originalName)!;
      expect([...(await weight.read().data())], 'the weights are those of the checkpoint').toEqual([
        ...kept.data,
      ]);
    }
    const early = setUp({ batches, startStep: 4 });
    await expect(early.run()).rejects.toThrow('no checkpoint had been written yet');
    early.end();
    end();
  });

  it('reads the batches of its steps and no more', async () => {
    const asked: number[] = [];
    const good = smallBatches();
    const batches = { ...good, batchAt: (step: number) => (asked.push(step), good.batchAt(step)) };
    const { run, end } = setUp({ batches, steps: 3 });
    await run();
    expect(asked).toEqual([0, 1, 2]);
    end();
  });

  it('leaves a weight alone that the loss does not depend on, and a variable that is not to be trained', async () => {
    const input = tfl.input({ shape: [null, null, 3] });
    const conv = (name: string, filters: number) => tfl.layers.conv2d({ name, filters, kernelSize: 1 });
    const used = conv('used', 4).apply(input) as tfl.SymbolicTensor;
    const model = tfl.model({
      inputs: input,
      outputs: [used, conv('unused', 2).apply(input) as tfl.SymbolicTensor],
    });
    const first: Model = {
      layers: model.layers,
      weights: model.weights,
      trainableWeights: model.trainableWeights,
      apply: (x, options) => (model.apply(x, options) as tf.Tensor[])[0],
    };
    const values = (name: string) =>
      model.weights
        .find(({ originalName }) => originalName === name)!
        .read()
        .data();
    const bias = model.weights.find(({ originalName }) => originalName === 'used/bias')!;
    (bias.read() as tf.Variable).trainable = false;
    const [before, other] = [await values('unused/kernel'), await values('used/kernel')];
    const still = await values('used/bias');
    const optimizer = new Adam();
    const batch = await smallBatches().batchAt(0);
    await trainStep({ model: first, loss: l1Loss, optimizer, batch, learningRate: 1e-2 });
    expect(await values('unused/kernel')).toEqual(before);
    expect(await values('used/bias')).toEqual(still);
    expect(await values('used/kernel')).not.toEqual(other);
    optimizer.dispose();
    model.dispose();
  });

  it('refuses a model that answers with anything but one tensor of four axes, and one that has two weights of a name', async () => {
    const model = smallModel();
    const batch = await smallBatches().batchAt(0);
    const optimizer = new Adam();
    const answering = (answer: (x: tf.Tensor) => unknown): Model => ({
      layers: model.layers,
      weights: model.weights,
      trainableWeights: model.trainableWeights,
      apply: (x) => answer(x),
    });
    for (const answer of [(x: tf.Tensor) => [x], () => tf.zeros([2, 2])]) {
      await expect(
        trainStep({ model: answering(answer), loss: l1Loss, optimizer, batch, learningRate: 1 }),
      ).rejects.toThrow('applyModel: the model must answer with one tensor [B, H, W, bands]');
    }
    const twice = [model.weights[0]!, model.weights[1]!, model.weights[0]!];
    expect(() => weightsByName(twice)).toThrow("weightsByName: two weights are named 'first/kernel'");
    optimizer.dispose();
    model.dispose();
  });

  it('with nothing left to do reads no batch', async () => {
    const asked: number[] = [];
    const good = smallBatches();
    const batches = { ...good, batchAt: (step: number) => (asked.push(step), good.batchAt(step)) };
    const { run, end } = setUp({ batches, startStep: 8 });
    expect(await run()).toMatchObject({ step: 8, outcome: 'finished', loss: undefined });
    expect(asked).toEqual([]);
    end();
  });

  it('says how long a step waited for its batch', async () => {
    let now = 0;
    const good = smallBatches();
    const batches: BatchSource = {
      ...good,
      async batchAt(step) {
        const batch = await good.batchAt(step);
        now += step === 0 ? 500 : 0;
        return batch;
      },
    };
    const waited: number[] = [];
    const { run, end } = setUp({
      batches,
      steps: 3,
      clock: () => now,
      onStep: ({ waitSeconds }) => void waited.push(waitSeconds),
    });
    await run();
    expect(waited).toEqual([0.5, 0, 0]);
    end();
  });

  it('the terms of a loss are the same in parts of a batch', async () => {
    const termsOf = async (microBatch?: number) => {
      const loss = weightedLoss([
        { name: 'l1', weight: 1, loss: l1Loss },
        { name: 'mse', weight: 0.5, loss: mseLoss },
      ]);
      const records: StepRecord[] = [];
      const { run, end } = setUp({
        loss,
        steps: 2,
        microBatch,
        onStep: (record) => void records.push(record),
      });
      await run();
      end();
      loss.dispose();
      return records.flatMap(({ terms }) => [terms!['l1']!, terms!['mse']!]);
    };
    expectClose(await termsOf(1), await termsOf(), { rtol: 1e-4, atol: 1e-7 });
  });

  it('an update is left out where only a gradient is not finite, if gradients are looked at', async () => {
    const loss: Loss = (prediction, target) =>
      tf.customGrad((p) => ({
        value: l1Loss(p as tf.Tensor4D, target),
        gradFunc: () => tf.fill((p as tf.Tensor).shape, NaN),
      }))(prediction);
    const { model, run, end } = setUp({ loss, detectAnomaly: true });
    const before = await weightBits(model);
    await expect(run()).rejects.toThrow('a gradient of step 1 is not finite');
    expect(await weightBits(model)).toEqual(before);
    end();
  });

  it('an interrupt finishes the step, keeps a checkpoint and returns', async () => {
    const stop = new AbortController();
    const { run, end } = setUp({
      signal: stop.signal,
      saveCheckpoint: ({ step }) => `step-${step}`,
      onStep: ({ step }) => {
        if (step === 3) stop.abort();
      },
    });
    expect(await run()).toMatchObject({ step: 3, outcome: 'interrupted', lastCheckpoint: 'step-3' });
    end();
    // At the last step nothing is left to interrupt.
    const late = new AbortController();
    const done = setUp({
      steps: 2,
      signal: late.signal,
      onStep: ({ step }) => void (step === 2 && late.abort()),
    });
    expect(await done.run()).toMatchObject({ step: 2, outcome: 'finished' });
    done.end();
  });

  it('clips the gradients of parts of a batch as those of the whole, and leaks nothing', async () => {
    const before = tf.memory().numTensors;
    const weightsOf = async (microBatch?: number, clipNorm?: number) => {
      const optimizer = new Sgd({ momentum: 0 });
      const { model, run, end } = setUp({ steps: 2, clipNorm, microBatch, optimizer });
      await run();
      const values = await Promise.all(
        model.weights.map(async (weight) => [...(await weight.read().data())]),
      );
      optimizer.dispose();
      end();
      return values.flat();
    };
    const whole = await weightsOf(undefined, 0.05);
    for (const part of [1, 2, 3, 4])
      expectClose(await weightsOf(part, 0.05), whole, { rtol: 1e-4, atol: 1e-7 });
    const free = await weightsOf();
    expect(Math.max(...free.map((value, i) => Math.abs(value - whole[i]!)))).toBeGreaterThan(1e-4);
    // Without clipping, which would hide a factor, too.
    for (const part of [1, 2, 3]) expectClose(await weightsOf(part), free, { rtol: 1e-4, atol: 1e-7 });
    expect(tf.memory().numTensors).toBe(before);
  });

  it('clips gradients when asked', async () => {
    const free = setUp({ steps: 1 });
    const clipped = setUp({ steps: 1, clipNorm: 1e-12 });
    await free.run();
    await clipped.run();
    expect(await weightBits(clipped.model)).not.toEqual(await weightBits(free.model));
    free.end();
    clipped.end();
  });

  it('refuses a checkpoint of another model, and changes nothing', async () => {
    const small = setUp();
    const before = await weightBits(small.model);
    let saved: Checkpoint | undefined;
    const large = setUp({ steps: 1, saveCheckpoint: (checkpoint) => ((saved = checkpoint), 'kept') });
    await large.run();
    const first = saved!.weights.get('first/kernel')!;
    const weights = new Map(saved!.weights).set('first/kernel', { ...first, shape: [3, 3, 6, 3] });
    expect(() => restoreCheckpoint(small.model, small.optimizer, { ...saved!, weights })).toThrow(
      "restoreCheckpoint: weight 'first/kernel' has shape [3, 3, 6, 3], the model wants [3, 3, 3, 6]",
    );
    const strange = new Map(['a', 'b', 'c', 'd'].map((name) => [name, first] as const));
    expect(() => restoreCheckpoint(small.model, small.optimizer, { ...saved!, weights: strange })).toThrow(
      "4 unknown ('a', 'b', 'c', ...)",
    );
    const more = new Map(saved!.weights).set('more', first);
    expect(() => restoreCheckpoint(small.model, small.optimizer, { ...saved!, weights: more })).toThrow(
      "these are weights of another model: 0 missing; 1 unknown ('more')",
    );
    weights.delete('first/kernel');
    expect(() => restoreCheckpoint(small.model, small.optimizer, { ...saved!, weights })).toThrow(
      "these are weights of another model: 1 missing ('first/kernel'); 0 unknown",
    );
    expect(await weightBits(small.model)).toEqual(before);
    small.end();
    large.end();
  });
});

describe('checkpoint bytes', () => {
  const checkpoint: Checkpoint = {
    step: 7,
    seed: 3,
    notes: { model: 'x' },
    weights: new Map([['a/b', { dtype: 'float32', shape: [2], data: Float32Array.of(1, 2) }]]),
    optimizer: {
      steps: { 'a/b': 7 },
      moments: new Map([['first/a/b', { shape: [2], data: Float32Array.of(3, 4) }]]),
    },
  };
  it('round trip', () => expect(decodeCheckpoint(encodeCheckpoint(checkpoint))).toEqual(checkpoint));
  it.each([Infinity, -Infinity, 0.1, 1 / 3])('keeps a best validation of %s to the last bit', (best) => {
    const validated = {
      ...checkpoint,
      validation: { best, bestStep: 3, sinceBest: 1 },
      lowestLoss: 0.1 + 0.2,
    };
    expect(decodeCheckpoint(encodeCheckpoint(validated))).toEqual(validated);
  });
  it.each([
    ['step', 1.5],
    ['seed', '3'],
    ['optimizerSteps', null],
    ['optimizerSteps', { 'a/b': '7' }],
    ['averageUpdates', 0.5],
    ['validation', null],
    ['validation', 'best'],
    ['validation', { best: 'much', bestStep: 3, sinceBest: 1 }],
    ['validation', { best: true, bestStep: 3, sinceBest: 1 }],
    ['validation', { best: '1', bestStep: '3', sinceBest: 1 }],
    ['validation', { best: '1', bestStep: 3 }],
    ['lowestLoss', '1'],
    ['notes', null],
    ['notes', { model: 1 }],
  ])('refuses a file whose %s is %j', (key, value) => {
    const { tensors, metadata } = readSafetensors(encodeCheckpoint(checkpoint));
    const progress = JSON.stringify({ ...(JSON.parse(metadata['progress']!) as object), [key]: value });
    expect(() => decodeCheckpoint(writeSafetensors(tensors, { ...metadata, progress }))).toThrow(
      "metadata 'progress' is damaged",
    );
  });
  it('refuses progress that is none, and entries that it does not know', () => {
    const { tensors, metadata } = readSafetensors(encodeCheckpoint(checkpoint));
    for (const progress of ['null', '7'])
      expect(() => decodeCheckpoint(writeSafetensors(tensors, { ...metadata, progress }))).toThrow(
        'is damaged',
      );
    expect(() => decodeCheckpoint(writeSafetensors(tensors, { ...metadata, progress: '{' }))).toThrow(
      'is not JSON',
    );
    const strange = new Map(tensors).set('more/a', {
      dtype: 'float32',
      shape: [1],
      data: Float32Array.of(1),
    });
    expect(() => decodeCheckpoint(writeSafetensors(strange, metadata))).toThrow("unexpected entry 'more/a'");
    expect(() => decodeCheckpoint(writeSafetensors(tensors, { ...metadata, kind: 'x' }))).toThrow(
      `not a checkpoint of a run: metadata 'kind' is "x"`,
    );
  });
  it('reads a best validation that older versions wrote as a number', () => {
    const { tensors, metadata } = readSafetensors(encodeCheckpoint(checkpoint));
    const validation = { best: 2.5, bestStep: 3, sinceBest: 1 };
    const progress = JSON.stringify({ ...(JSON.parse(metadata['progress']!) as object), validation });
    expect(decodeCheckpoint(writeSafetensors(tensors, { ...metadata, progress })).validation).toEqual(
      validation,
    );
  });
  it('captures no weight, no moment and no average that is not finite', async () => {
    const data = Float32Array.of(1, NaN);
    const values = tf.tensor1d([Infinity, 1, NaN]);
    const weight = { originalName: 'w', shape: [3], read: () => values, write: () => undefined };
    await expect(captureCheckpoint({ weights: [weight] }, new Adam(), { step: 4, seed: 1 })).rejects.toThrow(
      "value 0 of weight 'w' is Infinity after step 4 (2 of 3 are not finite)",
    );
    values.dispose();
    const spoilt = new Sgd();
    spoilt.restore({ steps: { w: 1 }, moments: new Map([['velocity/w', { shape: [2], data }]]) });
    await expect(captureCheckpoint({ weights: [] }, spoilt, { step: 4, seed: 1 })).rejects.toThrow(
      "value 1 of moment 'velocity/w' is NaN",
    );
    spoilt.dispose();
    const notesOf = async (notes?: Record<string, string>) =>
      (await captureCheckpoint({ weights: [] }, new Adam(), { step: 4, seed: 1, ...(notes && { notes }) }))
        .notes;
    expect([await notesOf(), await notesOf({ model: 'x' })]).toEqual([{}, { model: 'x' }]);
    const averages = new Map([['w', { dtype: 'float32', shape: [2], data } as const]]);
    const progress = { step: 4, seed: 1, average: { updates: 2, averages } };
    await expect(captureCheckpoint({ weights: [] }, new Adam(), progress)).rejects.toThrow(
      "value 1 of average 'w' is NaN after step 4 (1 of 2 are not finite)",
    );
  });
  it('keeps an average', () => {
    const averaged = { ...checkpoint, average: { updates: 2, averages: checkpoint.weights } };
    expect(decodeCheckpoint(encodeCheckpoint(averaged))).toEqual(averaged);
  });
  it('refuses a truncated file by name', () => {
    const bytes = encodeCheckpoint(checkpoint);
    expect(() => decodeCheckpoint(bytes.slice(0, bytes.length - 4), { name: 'c.safetensors' })).toThrow(
      /^c\.safetensors/,
    );
  });
});

it('tf.memory() is what it was', () => expect(tf.memory().numTensors).toBe(0));
