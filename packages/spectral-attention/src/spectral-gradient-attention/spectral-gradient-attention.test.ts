import { toFloat32, type NdArray } from '@prismamba/formats';
import { eachBackend, expectRelativeError, nchwToNhwc, readGolden } from '@prismamba/testing';
import * as tf from '@tensorflow/tfjs-core';
import '@tensorflow/tfjs-layers'; // registers the gradients of TensorFlow.js' own operators
import { expect, it } from 'vitest';
import { spectralGradientAttention } from './spectral-gradient-attention.js';
import { SpectralGradientAttention } from './spectral-gradient-attention.layer.js';

const golden = readGolden('ops/gmsr_spectral_gradient_attention.npz');
const array = (name: string) => golden.get(name) as NdArray;
const nhwc = (name: string) => nchwToNhwc(toFloat32(array(name)), array(name).shape);
const map = (name: string) => {
  const [batch, channels, height, width] = array(name).shape as [number, number, number, number];
  return tf.tensor4d(nhwc(name), [batch, height, width, channels]);
};
const weight = (name: string) =>
  tf.tensor4d(toFloat32(array(name)), [...array(name).shape] as [number, number, number, number]);

eachBackend('spectralGradientAttention', () => {
  it('golden: forward and every gradient', async () => {
    const inputs = [map('x'), weight('w.fc.0.weight'), weight('w.fc.2.weight')];
    const dy = map('d_y');
    const f = (x: tf.Tensor, fc0: tf.Tensor, fc2: tf.Tensor) =>
      spectralGradientAttention({
        x: x as tf.Tensor4D,
        fc0: fc0 as tf.Tensor4D,
        fc2: fc2 as tf.Tensor4D,
      });
    const y = f(inputs[0]!, inputs[1]!, inputs[2]!);
    expectRelativeError(await y.data(), nhwc('y'), 1e-5, 'y');
    const gradients = tf.grads(f)(inputs, dy);
    const wanted = [
      nhwc('grad_x'),
      toFloat32(array('grad_w.fc.0.weight')),
      toFloat32(array('grad_w.fc.2.weight')),
    ];
    for (const [i, name] of ['x', 'fc0', 'fc2'].entries()) {
      expectRelativeError(await gradients[i]!.data(), wanted[i]!, 5e-5, name);
    }
    tf.dispose([inputs, dy, y, gradients]);
  });

  it('paper: s = sigmoid(mean + max), one number a sample and channel', async () => {
    // bands 0, 1, 3 at one pixel and 0, 2, 2 at the other: g = (1, 2) and (2, 0), low 0, range 2
    const values = [
      0,
      1,
      3,
      ...[0, 2, 2],
      0,
      1,
      3,
      ...[0, 2, 2],
      0,
      1,
      3,
      ...[0, 2, 2],
      0,
      1,
      3,
      ...[0, 2, 2],
    ];
    const x = tf.tensor4d([...values, 0, 1, 3, ...[0, 2, 2], 0, 1, 3, ...[0, 2, 2]], [1, 4, 3, 3]);
    const y = spectralGradientAttention({ x, variant: 'paper' });
    const sigmoid = (v: number) => 1 / (1 + Math.exp(-v));
    const s = [sigmoid(0.75 + 1), sigmoid(0.5 + 1), sigmoid(0.5 + 1)];
    expectRelativeError(
      await y.data(),
      [...(await x.data())].map((v, i) => v * s[i % 3]!),
      1e-6,
    );
    tf.dispose([x, y]);
  });

  it('names what is wrong', () => {
    const x = tf.zeros<tf.Rank.R4>([1, 4, 5, 6]);
    const one = tf.zeros<tf.Rank.R4>([1, 4, 5, 1]);
    expect(() => spectralGradientAttention({ x })).toThrow(
      /spectralGradientAttention: fc0: got undefined, wanted \[6, 6, 1, 1\]; only variant 'paper' goes without/,
    );
    expect(() => spectralGradientAttention({ x: one, variant: 'paper' })).toThrow(
      /got 1 channel, wanted at least 2/,
    );
    tf.dispose([x, one]);
  });

  it('is a layer with the official weights, none in the variant paper', async () => {
    const layer = new SpectralGradientAttention({ name: 'spectral_attention1', seed: 4 });
    const paper = new SpectralGradientAttention({ name: 'spectral_attention2', variant: 'paper' });
    const x = tf.randomNormal([2, 6, 5, 4], 0, 1, 'float32', 1);
    const y = layer.apply(x) as tf.Tensor;
    const z = paper.apply(x) as tf.Tensor;
    expect(layer.weights.map((w) => w.originalName)).toEqual([
      'spectral_attention1/fc.0.weight',
      'spectral_attention1/fc.2.weight',
    ]);
    expect(paper.weights).toEqual([]);
    const copy = new SpectralGradientAttention(layer.getConfig());
    const again = copy.apply(x) as tf.Tensor;
    expect(await again.data()).toEqual(await y.data());
    tf.dispose([x, y, z, again]);
    layer.dispose();
    paper.dispose();
    copy.dispose();
  });
});
