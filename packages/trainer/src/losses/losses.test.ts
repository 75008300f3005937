import * as tf from '@tensorflow/tfjs-core';
// Registers the gradients of TensorFlow.js' own operators, as every program with a LayersModel does.
import '@tensorflow/tfjs-layers';
import { eachBackend, expectClose } from '@prismamba/testing';
import { expect, it } from 'vitest';
import { charbonnierLoss } from './charbonnier-loss.js';
import { l1Loss } from './l1-loss.js';
import { mraeLoss } from './mrae-loss.js';
import { mseLoss } from './mse-loss.js';
import { samLoss } from './sam-loss.js';
import { weightedLoss } from './weighted-loss.js';
import type { Loss } from './loss.js';

const prediction = [0.5, 0.25, 1, 0];
const target = [0.75, 0.25, 0.5, 1];

/** Value, and the gradient with respect to the prediction. */
async function run(loss: Loss): Promise<[number, number[]]> {
  const p = tf.tensor4d(prediction, [1, 2, 1, 2]);
  const t = tf.tensor4d(target, [1, 2, 1, 2]);
  const { value, grad } = tf.valueAndGrad((x) => loss(x as tf.Tensor4D, t))(p);
  const result: [number, number[]] = [
    (await value.data<'float32'>())[0]!,
    [...(await grad.data<'float32'>())],
  ];
  tf.dispose([p, t, value, grad]);
  return result;
}

eachBackend('losses', (backend) => {
  it('l1Loss: mean |p - t|, gradient sign / n, 0 at equality', async () => {
    const [value, gradient] = await run(l1Loss);
    expect(value).toBeCloseTo(1.75 / 4, 6);
    expectClose(gradient, [-0.25, 0, 0.25, -0.25]);
  });
  it('mseLoss: mean (p - t)^2', async () => {
    const [value, gradient] = await run(mseLoss);
    expect(value).toBeCloseTo((0.0625 + 0.25 + 1) / 4, 6);
    expectClose(gradient, [-0.125, 0, 0.25, -0.5]);
  });
  it('mraeLoss: mean |p - t| / (t + epsilon)', async () => {
    const [value, gradient] = await run(mraeLoss({ epsilon: 0.25 }));
    expect(value).toBeCloseTo((0.25 / 1 + 0.5 / 0.75 + 1 / 1.25) / 4, 6);
    expectClose(gradient, [-0.25, 0, 0.25 / 0.75, -0.25 / 1.25]);
  });
  it('charbonnierLoss: mean sqrt((p - t)^2 + epsilon^2), a slope of 0 at equality', async () => {
    const [value, gradient] = await run(charbonnierLoss({ epsilon: 0.1 }));
    const root = (d: number) => Math.sqrt(d * d + 0.01);
    expect(value).toBeCloseTo((root(0.25) + root(0) + root(0.5) + root(1)) / 4, 6);
    expectClose(gradient, [-0.25 / root(0.25) / 4, 0, 0.5 / root(0.5) / 4, -1 / root(1) / 4]);
    const own = (d: number) => Math.sqrt(d * d + 1e-6);
    const [unless] = await run(charbonnierLoss());
    expect(unless).toBeCloseTo((own(0.25) + own(0) + own(0.5) + own(1)) / 4, 6);
  });
  it('samLoss: mean angle in radians between spectra, with the slope of a finite difference', async () => {
    const angle = (p: readonly number[]) => {
      const pixel = (i: number) => {
        const [a, b, c, d] = [p[2 * i]!, p[2 * i + 1]!, target[2 * i]!, target[2 * i + 1]!];
        return Math.acos((a * c + b * d) / Math.sqrt((a * a + b * b) * (c * c + d * d)));
      };
      return (pixel(0) + pixel(1)) / 2;
    };
    const [value, gradient] = await run(samLoss());
    // WGSL asks of acos no more than 6.8e-5.
    expect(Math.abs(value - angle(prediction))).toBeLessThan(backend === 'webgpu' ? 7e-5 : 5e-6);
    const slope = prediction.map((_, i) => {
      const moved = (step: number) => angle(prediction.map((v, k) => (k === i ? v + step : v)));
      return (moved(1e-5) - moved(-1e-5)) / 2e-5;
    });
    expectClose(gradient, slope, { rtol: 1e-3, atol: 1e-5 });
  });
  it('samLoss: equal and black spectra have a finite value and gradient', async () => {
    const p = tf.tensor4d([0.2, 0.4, 0, 0, 0.3, 0.1], [1, 3, 1, 2]);
    const t = tf.tensor4d([0.2, 0.4, 0.5, 0.5, 0, 0], [1, 3, 1, 2]);
    const { value, grad } = tf.valueAndGrad((x) => samLoss()(x as tf.Tensor4D, t))(p);
    for (const number of [...(await value.data()), ...(await grad.data())])
      expect(number).toSatisfy(Number.isFinite);
    tf.dispose([p, t, value, grad]);
  });
  it('samLoss: refuses an epsilon of 0, with which a black spectrum has no gradient', () => {
    for (const epsilon of [0, -1, NaN])
      expect(() => samLoss({ epsilon })).toThrow(`samLoss: epsilon is ${epsilon}, wanted a number above 0`);
  });
  it('weightedLoss: the weighted sum and its gradient, each term by name, nothing leaked', async () => {
    const before = tf.memory().numTensors;
    const sum = weightedLoss([
      { name: 'l1', weight: 1, loss: l1Loss },
      { name: 'mse', weight: -2, loss: mseLoss },
    ]);
    const [[value, gradient], [l1, dl1], [mse, dmse]] = [
      await run(sum),
      await run(l1Loss),
      await run(mseLoss),
    ];
    expect(value).toBeCloseTo(l1 - 2 * mse, 5);
    expectClose(
      gradient,
      dl1.map((g, i) => g - 2 * dmse[i]!),
      { rtol: 1e-5, atol: 1e-6 },
    );
    const terms = sum.takeTerms();
    expect((await terms[0]!.data())[0]).toBeCloseTo(l1, 6);
    expect((await terms[1]!.data())[0]).toBeCloseTo(mse, 6);
    expect(sum.takeTerms()).toEqual([]);
    tf.dispose([...terms]);
    await run(sum);
    sum.dispose();
    expect(tf.memory().numTensors).toBe(before);
    expect(() => weightedLoss([])).toThrow('terms is empty');
    const twice = { name: 'l1', weight: 1, loss: l1Loss };
    expect(() => weightedLoss([twice, twice])).toThrow("two terms are named 'l1'");
    expect(() => weightedLoss([{ ...twice, weight: Number.NaN }])).toThrow("the weight of 'l1' is NaN");
  });
  it.each([
    ['l1Loss', l1Loss],
    ['mseLoss', mseLoss],
    ['mraeLoss', mraeLoss()],
    ['charbonnierLoss', charbonnierLoss()],
    ['samLoss', samLoss()],
  ])('%s refuses a target that would be broadcast', (name, loss) => {
    const p = tf.zeros<tf.Rank.R4>([1, 2, 2, 31]);
    const t = tf.zeros<tf.Rank.R4>([1, 2, 2, 1]);
    expect(() => loss(p, t)).toThrow(`${name}: prediction has shape [1, 2, 2, 31], target [1, 2, 2, 1]`);
    tf.dispose([p, t]);
  });
});
