import { toFloat32, type NdArray } from '@prismamba/formats';
import { eachBackend, expectClose, expectRelativeError, nchwToNhwc, readGolden } from '@prismamba/testing';
import * as tf from '@tensorflow/tfjs-core';
import * as tfl from '@tensorflow/tfjs-layers';
import { expect, it } from 'vitest';
import { spatialGradientAttention } from './spatial-gradient-attention.js';
import { SpatialGradientAttention } from './spatial-gradient-attention.layer.js';

const golden = readGolden('ops/gmsr_spatial_gradient_attention.npz');
const array = (name: string) => golden.get(name) as NdArray;
const nhwc = (name: string) => nchwToNhwc(toFloat32(array(name)), array(name).shape);
const map = (name: string) => {
  const [batch, channels, height, width] = array(name).shape as [number, number, number, number];
  return tf.tensor4d(nhwc(name), [batch, height, width, channels]);
};
const kernel = () => {
  const weight = array('w.conv1.weight');
  return tf.tensor4d(toFloat32(weight), [...weight.shape] as [number, number, number, number]);
};

eachBackend('spatialGradientAttention', () => {
  it('golden: forward and both gradients', async () => {
    const inputs = [map('x'), kernel()];
    const dy = map('d_y');
    const f = (x: tf.Tensor, w: tf.Tensor) =>
      spatialGradientAttention({ x: x as tf.Tensor4D, weight: w as tf.Tensor4D });
    const y = f(inputs[0]!, inputs[1]!);
    expectRelativeError(await y.data(), nhwc('y'), 1e-5, 'y');
    const gradients = tf.grads(f)(inputs, dy);
    expectRelativeError(await gradients[0]!.data(), nhwc('grad_x'), 5e-5, 'grad_x');
    expectRelativeError(
      await gradients[1]!.data(),
      toFloat32(array('grad_w.conv1.weight')),
      5e-5,
      'grad_w.conv1.weight',
    );
    tf.dispose([inputs, dy, y, gradients]);
  });

  it('paper: the maps in the order [max, mean]', async () => {
    const x = map('x');
    const w = kernel();
    const swapped = tf.reverse(w, 1);
    const paper = spatialGradientAttention({ x, weight: swapped, variant: 'paper' });
    const official = spatialGradientAttention({ x, weight: w });
    const unswapped = spatialGradientAttention({ x, weight: w, variant: 'paper' });
    expectRelativeError(await paper.data(), await official.data(), 1e-6);
    expect(await unswapped.data()).not.toEqual(await official.data());
    tf.dispose([x, w, swapped, paper, official, unswapped]);
  });

  it.each([1, 6])(
    'halves a constant input of %d channels, and its gradient (0 / 0 in the official code)',
    async (C) => {
      const x = tf.fill<tf.Rank.R4>([1, 4, 5, C], 0.7);
      const w = kernel();
      const f = (x: tf.Tensor, w: tf.Tensor) =>
        spatialGradientAttention({ x: x as tf.Tensor4D, weight: w as tf.Tensor4D });
      const y = f(x, w);
      const [dx, dw] = tf.grads(f)([x, w]) as [tf.Tensor, tf.Tensor];
      expectClose(await y.data(), new Float32Array(20 * C).fill(0.35));
      expectClose(await dx.data(), new Float32Array(20 * C).fill(0.5));
      expectClose(await dw.data(), new Float32Array(w.size));
      tf.dispose([x, w, y, dx, dw]);
    },
  );

  it('names what is wrong', () => {
    const x = tf.zeros<tf.Rank.R4>([1, 2, 5, 6]);
    const ok = tf.zeros<tf.Rank.R4>([1, 4, 5, 6]);
    const w = kernel();
    const even = tf.zeros<tf.Rank.R4>([1, 2, 6, 6]);
    expect(() => spatialGradientAttention({ x, weight: w })).toThrow(
      /spatialGradientAttention: x: got height 2 and width 5, wanted at least 3/,
    );
    expect(() => spatialGradientAttention({ x: ok, weight: even })).toThrow(/got a 6x6 kernel.*odd size/);
    tf.dispose([x, ok, w, even]);
  });

  it('is a layer that a model saves and loads', async () => {
    const layer = new SpatialGradientAttention({ name: 'spatial_attention', seed: 4 });
    const x = tf.randomNormal([2, 6, 5, 4], 0, 1, 'float32', 1);
    const y = layer.apply(x) as tf.Tensor;
    expect(layer.weights.map((weight) => weight.originalName)).toEqual(['spatial_attention/conv1.weight']);
    const config = layer.getConfig();
    expect(config).toMatchObject({ kernelSize: 7, variant: 'official', seed: 4 });
    const copy = new SpatialGradientAttention(config);
    const again = copy.apply(x) as tf.Tensor;
    expect(await again.data()).toEqual(await y.data());
    tf.dispose([x, y, again]);
    layer.dispose();
    copy.dispose();
    expect(tf.serialization.SerializationMap.getMap().classNameMap['SpatialGradientAttention']).toBeDefined();
    expect(tfl.layers).toBeDefined();
  });
});
