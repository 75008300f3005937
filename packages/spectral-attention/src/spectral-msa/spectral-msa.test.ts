import * as tfl from '@tensorflow/tfjs-layers';
import * as tf from '@tensorflow/tfjs-core';
import { toFloat32, type NdArray } from '@prismamba/formats';
import {
  checkGradient,
  eachBackend,
  expectRelativeError,
  readGolden,
  testNumbers,
  valuesOf,
} from '@prismamba/testing';
import { describe, expect, it } from 'vitest';
import { spectralAttention } from './spectral-attention.js';
import { SpectralMsa } from './spectral-msa.layer.js';
import { spectralMsa } from './spectral-msa.js';
import { spectralAttentionReference } from './spectral-msa.reference.js';

const golden = readGolden('ops/mstpp_ms_msa.npz');
const array = (name: string): NdArray => golden.get(name)!;

/** Official weights in our layouts: linear [out, in] transposed, depthwise [C, 1, 3, 3] to [3, 3, C, 1]. */
const layouts: Record<string, number[] | undefined> = {
  'to_q.weight': [1, 0],
  'to_k.weight': [1, 0],
  'to_v.weight': [1, 0],
  'proj.weight': [1, 0],
  'pos_emb.0.weight': [2, 3, 0, 1],
  'pos_emb.2.weight': [2, 3, 0, 1],
};
const names = [
  'to_q.weight',
  'to_k.weight',
  'to_v.weight',
  'rescale',
  'proj.weight',
  'proj.bias',
  'pos_emb.0.weight',
  'pos_emb.2.weight',
] as const;

function tensor(name: string, weight: string): tf.Tensor {
  const { shape } = array(name);
  const official = tf.tensor(toFloat32(array(name)), [...shape]);
  const axes = layouts[weight];
  return axes === undefined ? official : tf.transpose(official, axes);
}

const run = (x: tf.Tensor, ...w: tf.Tensor[]) =>
  spectralMsa({
    x: x as tf.Tensor4D,
    toQ: w[0] as tf.Tensor2D,
    toK: w[1] as tf.Tensor2D,
    toV: w[2] as tf.Tensor2D,
    rescale: w[3] as tf.Tensor3D,
    projection: w[4] as tf.Tensor2D,
    projectionBias: w[5] as tf.Tensor1D,
    position0: w[6] as tf.Tensor4D,
    position2: w[7] as tf.Tensor4D,
  });

eachBackend('spectralMsa', () => {
  it('equals the golden, with every gradient', async () => {
    const [y, ...gradients] = await valuesOf(() => {
      const inputs = [tensor('x', 'x'), ...names.map((name) => tensor(`w.${name}`, name))] as [
        tf.Tensor,
        ...tf.Tensor[],
      ];
      const gradients = tf.grads((...xs: tf.Tensor[]) => run(xs[0]!, ...xs.slice(1)))(
        inputs,
        tensor('d_y', 'y'),
      );
      const wanted = names.map((name) => tensor(`grad_w.${name}`, name));
      return [run(...inputs), ...gradients, ...wanted];
    });
    expectRelativeError(y!, toFloat32(array('y')), 1e-5, 'y');
    expectRelativeError(gradients[0]!, toFloat32(array('grad_x')), 5e-5, 'grad x');
    names.forEach((name, k) => {
      expectRelativeError(gradients[k + 1]!, gradients[names.length + 1 + k]!, 5e-5, `grad ${name}`);
    });
  });

  it('is a layer under the official weight names', async () => {
    const layer = new SpectralMsa({ name: 'msa', heads: array('w.rescale').shape[0]!, seed: 5 });
    const model = tfl.sequential({
      layers: [tfl.layers.inputLayer({ inputShape: [null, null, array('x').shape[3]!] }), layer],
    });
    const wanted = ['rescale', 'to_q.weight', 'to_k.weight', 'to_v.weight', 'proj.weight', 'proj.bias'];
    expect(layer.weights.map((w) => w.originalName)).toEqual(
      [...wanted, 'pos_emb.0.weight', 'pos_emb.2.weight'].map((name) => `msa/${name}`),
    );
    const twin = new SpectralMsa(layer.getConfig() as unknown as { heads: number });
    const [y] = await valuesOf(() => {
      layer.setWeights(
        ['rescale', ...names.filter((name) => name !== 'rescale')].map((name) => tensor(`w.${name}`, name)),
      );
      expect(twin.apply(tensor('x', 'x'))).toMatchObject({ shape: [...array('x').shape] });
      return [model.predict(tensor('x', 'x')) as tf.Tensor];
    });
    expectRelativeError(y!, toFloat32(array('y')), 1e-5, 'layer');
    model.dispose();
    twin.dispose();
  });
});

eachBackend('spectralAttention', () => {
  const [tokens, channels, heads] = [13, 8, 2];
  const arrays = [1, 2, 3].map((seed) => testNumbers(tokens * channels, seed));
  const rescale = Float32Array.from([3, -2]);
  const reference = ([q, k, v, r]: readonly ArrayLike<number>[]) =>
    spectralAttentionReference({ q: q!, k: k!, v: v!, rescale: r!, tokens, channels });
  const evaluate = (...inputs: tf.Tensor[]) =>
    spectralAttention({
      q: inputs[0] as tf.Tensor3D,
      k: inputs[1] as tf.Tensor3D,
      v: inputs[2] as tf.Tensor3D,
      rescale: inputs[3] as tf.Tensor3D,
    });
  const tensors = () => [
    ...arrays.map((values) => tf.tensor3d(values, [1, tokens, channels])),
    tf.tensor3d(rescale, [heads, 1, 1]),
  ];

  it('equals the loops, with every gradient', async () => {
    const weights = testNumbers(tokens * channels, 9);
    const [y, ...gradients] = await valuesOf(() => [
      evaluate(...tensors()),
      ...tf.grads((...xs: tf.Tensor[]) => evaluate(...xs))(
        tensors(),
        tf.tensor3d(weights, [1, tokens, channels]),
      ),
    ]);
    expectRelativeError(y!, reference([...arrays, rescale]), 2e-6);
    checkGradient({
      f: (inputs) => reference(inputs).reduce((sum, value, i) => sum + value * weights[i]!, 0),
      inputs: [...arrays, rescale].map((values) => Float64Array.from(values)),
      gradients,
      tolerance: 2e-5,
      names: ['q', 'k', 'v', 'rescale'],
    });
  });

  it('stays finite for channels of zeros, forward and backward', async () => {
    const values = await valuesOf(() => {
      const inputs = [0, 1, 2].map(() => tf.zeros([1, 4, 2]));
      const all = [...inputs, tf.ones([1, 1, 1])];
      return [evaluate(...all), ...tf.grads((...xs: tf.Tensor[]) => evaluate(...xs))(all)];
    });
    expect(values.flatMap((t) => [...t]).every(Number.isFinite)).toBe(true);
  });

  describe('names what is wrong', () => {
    it('in the operator and the layer', () => {
      tf.tidy(() => {
        const [q, k, v] = tensors() as [tf.Tensor3D, tf.Tensor3D, tf.Tensor3D];
        expect(() => spectralAttention({ q, k, v, rescale: tf.ones([3, 1, 1]) })).toThrow(
          /rescale: got 3 heads, wanted a divisor of the 8 channels/,
        );
        expect(() =>
          spectralAttention({ q, k: tf.zeros([1, 2, 8]), v, rescale: tf.ones([2, 1, 1]) }),
        ).toThrow(/k: got shape \[1, 2, 8\], wanted \[1, 13, 8\]/);
      });
      expect(() => new SpectralMsa({ heads: 0 })).toThrow(/heads: got 0/);
    });
  });
});
