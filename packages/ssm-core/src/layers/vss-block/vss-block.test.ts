import { toFloat32, type NdArray } from '@prismamba/formats';
import { eachBackend, expectRelativeError, nchwToNhwc, readGolden, typedArguments } from '@prismamba/testing';
import * as tf from '@tensorflow/tfjs-core';
import * as tfl from '@tensorflow/tfjs-layers';
import { describe, expect, it } from 'vitest';
import { vssBlock, type VssBlockWeights } from './vss-block.js';
import { VSSBlock } from './vss-block.layer.js';

const names = [
  'ln_1.weight',
  'ln_1.bias',
  ...['x_proj_weight', 'dt_projs_weight', 'dt_projs_bias', 'A_logs', 'Ds', 'in_proj.weight'].map(
    (name) => `self_attention.${name}`,
  ),
  ...['conv2d.weight', 'conv2d.bias', 'out_norm.weight', 'out_norm.bias', 'out_proj.weight'].map(
    (name) => `self_attention.${name}`,
  ),
];
const weightsOf = (values: readonly tf.Tensor[]) =>
  typedArguments<VssBlockWeights>(Object.fromEntries(names.map((name, i) => [name, values[i]!])));

eachBackend('VSS block', () => {
  describe.each(['gmsr_vss_block', 'gmsr_vss_block_small'])('golden %s', (file) => {
    const golden = readGolden(`ops/${file}.npz`);
    const array = (name: string) => golden.get(name) as NdArray;
    const nhwc = (name: string) => nchwToNhwc(toFloat32(array(name)), array(name).shape);
    const map = (name: string) => {
      const [batch, channels, height, width] = array(name).shape as [number, number, number, number];
      return tf.tensor4d(nhwc(name), [batch, height, width, channels]);
    };
    const weights = () =>
      names.map((name) => tf.tensor(toFloat32(array(`w.${name}`)), [...array(`w.${name}`).shape]));

    it('forward and every gradient', async () => {
      const inputs = [map('x'), ...weights()];
      const dy = map('d_y');
      const f = (x: tf.Tensor, ...w: tf.Tensor[]) => vssBlock(x as tf.Tensor4D, weightsOf(w));
      const y = f(inputs[0]!, ...inputs.slice(1));
      expectRelativeError(await y.data(), nhwc('y'), 1e-5, 'y');
      const gradients = tf.grads(f)(inputs, dy);
      expectRelativeError(await gradients[0]!.data(), nhwc('grad_x'), 5e-5, 'grad_x');
      for (const [i, name] of names.entries()) {
        expectRelativeError(
          await gradients[i + 1]!.data(),
          toFloat32(array(`grad_w.${name}`)),
          5e-5,
          `grad_w.${name}`,
        );
      }
      tf.dispose([inputs, dy, y, gradients]);
    });
  });

  it('is a layer of a sequential model: 15 weights, saved and loaded with its config', async () => {
    const model = tfl.sequential({
      layers: [new VSSBlock({ name: 'VSS1', seed: 3, inputShape: [4, 5, 10] })],
    });
    expect(model.layers[0]!.weights.map((weight) => weight.originalName)).toEqual(
      ['skip_scale', 'skip_scale2', ...names].map((name) => `VSS1/${name}`),
    );
    expect(model.countParams()).toBe(5040);
    const copy = tfl.sequential({
      layers: [new VSSBlock(model.layers[0]!.getConfig())],
    });
    const x = tf.randomNormal([2, 4, 5, 10], 0, 1, 'float32', 7);
    const y = model.predict(x) as tf.Tensor;
    const again = copy.predict(x) as tf.Tensor;
    expect(await again.data()).toEqual(await y.data());
    expect(y.shape).toEqual([2, 4, 5, 10]);
    tf.dispose([x, y, again]);
    model.dispose();
    copy.dispose();
  });

  it('initialises as the official code', async () => {
    const layer = new VSSBlock({ name: 'VSS1', seed: 5 });
    const x = tf.zeros([1, 3, 3, 10]);
    tf.dispose([layer.apply(x) as tf.Tensor, x]);
    const all = new Map<string, Float32Array>();
    for (const weight of layer.weights) all.set(weight.originalName, await weight.read().data<'float32'>());
    const values = (name: string) => all.get(`VSS1/${name}`)!;
    const within = (name: string, bound: number) => {
      const data = values(`self_attention.${name}`);
      const largest = Math.max(...data.map(Math.abs));
      expect(largest, name).toBeLessThanOrEqual(bound);
      expect(largest, name).toBeGreaterThan(0.8 * bound);
    };
    within('x_proj_weight', 1 / Math.sqrt(20));
    within('dt_projs_weight', 1);
    within('in_proj.weight', 1 / Math.sqrt(10));
    within('out_proj.weight', 1 / Math.sqrt(20));
    within('conv2d.weight', 1 / 3);
    expect(values('self_attention.A_logs')[17]).toBeCloseTo(Math.log(2), 6);
    expect([...values('self_attention.Ds')]).toEqual(new Array(80).fill(1));
    for (const [name, value] of [
      ['skip_scale', 1],
      ['skip_scale2', 1],
      ['ln_1.weight', 1],
      ['ln_1.bias', 0],
    ] as const)
      expect([...values(name)], name).toEqual(new Array(10).fill(value));
    for (const bias of values('self_attention.dt_projs_bias')) {
      const dt = Math.log1p(Math.exp(bias));
      expect(dt).toBeGreaterThan(0.00099);
      expect(dt).toBeLessThan(0.101);
    }
    layer.dispose();
  });

  it('drop path: zeros for a dropped sample, 1/(1-p) for a kept one, the same for the same step', async () => {
    const layer = new VSSBlock({ name: 'VSS1', seed: 1, dropPathRate: 0.5 });
    const x = tf.randomNormal([8, 3, 3, 4], 0, 1, 'float32', 2);
    const whole = layer.apply(x) as tf.Tensor;
    const step = async (n: number) => {
      layer.setRandomState(11, n);
      const y = layer.apply(x, { training: true }) as tf.Tensor;
      const data = await y.data();
      y.dispose();
      return data as Float32Array;
    };
    const first = await step(4);
    const plain = await whole.data();
    const size = plain.length / 8;
    const factors = Array.from({ length: 8 }, (_, b) => first[b * size]! / plain[b * size]!);
    for (let i = 0; i < first.length; i++) {
      const factor = Math.round(factors[Math.floor(i / size)]!);
      expect(first[i]).toBeCloseTo(factor * plain[i]!, 6);
    }
    expect(new Set(factors.map(Math.round))).toEqual(new Set([0, 2]));
    expect(await step(4)).toEqual(first);
    expect(await step(5)).not.toEqual(first);
    tf.dispose([x, whole]);
    layer.dispose();
  });

  it('names what is wrong in a config', () => {
    expect(() => new VSSBlock({ dropPathRate: 1 })).toThrow(
      /VSSBlock: dropPathRate: got 1, wanted at least 0 and below 1/,
    );
    expect(() => new VSSBlock({ dState: 0 })).toThrow(/VSSBlock: dState: got 0/);
  });
});
