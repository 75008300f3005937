import { eachBackend, expectNoLeak, expectRelativeError } from '@prismamba/testing';
import * as tf from '@tensorflow/tfjs-core';
import { expect, it } from 'vitest';
import { agdRankLoss } from '../losses/agd-rank-loss.js';
import { l1Loss } from '../losses/l1-loss.js';
import { mseLoss } from '../losses/mse-loss.js';
import { weightedLoss } from '../losses/weighted-loss.js';
import { Adam } from '../optimizer/adam.js';
import { smallBatches, smallModel } from '../testing/small-model.js';
import { findAnomaly } from './find-anomaly.js';
import { lossFromHost, needsHost } from './host-terms.js';
import { lossAndGradients, trainStep } from './train-step.js';

const rank = agdRankLoss({ window: 4, stride: 2, form: 'intended' });
const mixed = () =>
  weightedLoss([
    { name: 'l1', weight: 1, loss: l1Loss },
    { name: 'rank', weight: 20, loss: rank },
    { name: 'mse', weight: -0.5, loss: mseLoss },
  ]);

eachBackend('lossFromHost', (backend) => {
  it('is asked for on WebGPU only, where a term is computed by the host', () => {
    expect(needsHost(rank)).toBe(backend === 'webgpu');
    expect(needsHost(mixed())).toBe(backend === 'webgpu');
    expect(needsHost(l1Loss)).toBe(false);
  });

  it('gives the value, the terms and the gradients of the loss itself', async () => {
    const model = smallModel();
    const batch = await smallBatches().batchAt(0);
    const rgb = tf.tensor4d(batch.rgb, [3, 6, 6, 3]);
    const cube = tf.tensor4d(batch.cube, [3, 6, 6, 4]);
    // What reads synchronously is computed elsewhere: the test is of the sum, the sign and the weights.
    const constant = tf.tensor4d(
      Float32Array.from({ length: 432 }, (_, i) => Math.sin(i)),
      [3, 6, 6, 4],
    );
    const direct = (p: tf.Tensor4D) => tf.sum<tf.Scalar>(tf.mul(tf.square(p), constant));
    const host = Object.assign(direct, {
      onHost: (p: Float32Array) => ({
        value: p.reduce((sum, v, i) => sum + v * v * Math.sin(i), 0),
        gradient: p.map((v, i) => 2 * v * Math.sin(i)),
      }),
    });
    const loss = weightedLoss([
      { name: 'l1', weight: 1, loss: l1Loss },
      { name: 'host', weight: -0.25, loss: host },
    ]);
    const wanted = lossAndGradients(model, loss, { rgb, cube });
    const terms = loss.takeTerms();
    const got = await lossFromHost(model, loss, { rgb, cube }, batch.cube);
    const { gradients, loss: unused } = lossAndGradients(model, got.loss, { rgb, cube });
    for (const [i, value] of [wanted.loss, ...terms].entries()) {
      const number = (await value.data<'float32'>())[0]!;
      expect(Math.abs(got.values[i]! - number)).toBeLessThan(1e-5 * (1 + Math.abs(number)));
    }
    expect(gradients.size).toBe(wanted.gradients.size);
    for (const [name, gradient] of gradients) {
      const own = await wanted.gradients.get(name)!.data<'float32'>();
      expectRelativeError(await gradient.data<'float32'>(), own, 1e-5, name);
    }
    got.dispose();
    loss.dispose();
    tf.dispose([rgb, cube, constant, unused, wanted.loss, ...terms]);
    tf.dispose([...gradients.values(), ...wanted.gradients.values()]);
    model.dispose();
  });

  it('a prediction of another shape than its target is an error', async () => {
    const model = smallModel(5);
    const batch = await smallBatches().batchAt(0);
    const [rgb, cube] = [tf.tensor4d(batch.rgb, [3, 6, 6, 3]), tf.tensor4d(batch.cube, [3, 6, 6, 4])];
    await expect(lossFromHost(model, rank, { rgb, cube }, batch.cube)).rejects.toThrow(
      'trainStep: prediction has shape [3, 6, 6, 5], target [3, 6, 6, 4]',
    );
    tf.dispose([rgb, cube]);
    model.dispose();
  });

  it('two steps lower a loss with a rank term, in parts of a batch too, with gradients looked at; nothing is left', async () => {
    const batch = await smallBatches().batchAt(0);
    const run = async (microBatch?: number) => {
      const [model, optimizer, loss] = [smallModel(), new Adam(), mixed()];
      const options = { model, optimizer, loss, batch, microBatch, learningRate: 0.01, clipNorm: 1 };
      const first = await trainStep({ ...options, checkGradients: true });
      const second = await trainStep(options);
      expect(await findAnomaly(model, loss, batch)).toBeUndefined();
      loss.dispose();
      optimizer.dispose();
      model.dispose();
      return [first, second];
    };
    const [whole, parts] = [await expectNoLeak(() => run()), await expectNoLeak(() => run(2))];
    for (const [i, { loss, terms, badGradients }] of whole.entries()) {
      expect(badGradients).toBeUndefined();
      expect(terms!['rank']).toBeGreaterThan(0);
      expect(loss).toBeCloseTo(terms!['l1']! + 20 * terms!['rank']! - 0.5 * terms!['mse']!, 5);
      expect(parts[i]!.loss).toBeCloseTo(loss, 5);
      expect(parts[i]!.terms!['rank']).toBeCloseTo(terms!['rank']!, 6);
    }
    expect(whole[1]!.loss).toBeLessThan(whole[0]!.loss);
  });
});
