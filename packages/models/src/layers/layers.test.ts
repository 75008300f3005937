import { toFloat32, type NdArray } from '@prismamba/formats';
import { eachBackend, expectRelativeError, nchwToNhwc, nhwcToNchw, readGolden } from '@prismamba/testing';
import * as tf from '@tensorflow/tfjs-core';
import * as tfl from '@tensorflow/tfjs-layers';
import { expect, it } from 'vitest';
import { disposeModel } from '../dispose-model.js';
import { groupNorm } from '../m3sr/spectral-mamba.js';
import { toOfficialLayout, toOurLayout } from '../state-dict/layout.js';
import type { StateEntry, StateLayout } from '../state-dict/state-entry.js';
import { BatchNormalization2d } from './batch-normalization/batch-normalization.layer.js';
import { convolution, depthwiseConvolution } from './convolution.js';
import { EdgePad } from './edge-pad/edge-pad.layer.js';
import { PadToMultiple } from './pad-to-multiple/pad-to-multiple.layer.js';
import { PixelShuffle } from './pixel-shuffle/pixel-shuffle.layer.js';
import { SharedPrelu } from './shared-prelu/shared-prelu.layer.js';

/** Limits of `golden/README.md` for single operators. */
const FORWARD = 2e-6;
const GRADIENT = 1e-5;

interface LayerCase {
  readonly layers: () => tfl.layers.Layer[];
  /** Golden weights in the order of the last layer's own, with their layouts. */
  readonly weights?: readonly (readonly [golden: string, layout: StateLayout])[];
  readonly training?: boolean;
}

const kernel = (layout: StateLayout, bias = false): LayerCase['weights'] => [
  ['w', layout],
  ...(bias ? ([['b', 'same']] as const) : []),
];
const valid = (filters: number, kernelSize: number) =>
  convolution({ name: 'conv', filters, kernelSize, padding: 'valid' });
const norm = () => [new BatchNormalization2d({ name: 'bn' })];

const cases: Readonly<Record<string, LayerCase>> = {
  zero3: {
    layers: () => [convolution({ name: 'conv', filters: 5, kernelSize: 3, useBias: true })],
    weights: kernel('conv2d', true),
  },
  reflect5: {
    layers: () => [new EdgePad({ padding: 2, mode: 'reflect' }), valid(4, 5)],
    weights: kernel('conv2d'),
  },
  replicate3: {
    layers: () => [new EdgePad({ padding: 1, mode: 'replicate' }), valid(4, 3)],
    weights: kernel('conv2d'),
  },
  depthwise3: {
    layers: () => [depthwiseConvolution({ name: 'conv', kernelSize: 3, useBias: true })],
    weights: kernel('depthwise', true),
  },
  stride4k2s: {
    layers: () => [convolution({ name: 'conv', filters: 6, kernelSize: 4, strides: 2 })],
    weights: kernel('conv2d'),
  },
  transposed2s2: {
    layers: () => [tfl.layers.conv2dTranspose({ filters: 3, kernelSize: 2, strides: 2 })],
    weights: kernel('transposed', true),
  },
  pixelshuffle: { layers: () => [new PixelShuffle({ factor: 2, direction: 'shuffle' })] },
  pixelunshuffle4: { layers: () => [new PixelShuffle({ factor: 4, direction: 'unshuffle' })] },
  maxpool2: { layers: () => [tfl.layers.maxPooling2d({ poolSize: 2, strides: 2 })] },
  padreflect_rb: { layers: () => [new PadToMultiple({ multiple: 8 })] },
  // Running statistics get no gradient here: they are not trained.
  bn_eval: {
    layers: norm,
    weights: ['w', 'b', 'mean', 'var'].map((name) => [name, 'same'] as const),
  },
  bn_train: { layers: norm, weights: kernel('same', true), training: true },
  prelu: { layers: () => [new SharedPrelu({ name: 'prelu' })], weights: kernel('same') },
};

async function nchw(x: tf.Tensor): Promise<Float32Array> {
  return nhwcToNchw((await x.data()) as Float32Array, x.shape);
}

async function checkLayer(name: string, { layers, weights = [], training = false }: LayerCase) {
  const archive = readGolden('ops/conv_misc.npz');
  const golden = (key: string): NdArray => archive.get(`${name}_${key}`)!;
  const map = (key: string): tf.Tensor4D => {
    const [n, c, h, w] = golden(key).shape as [number, number, number, number];
    return tf.tensor4d(nchwToNhwc(toFloat32(golden(key)), golden(key).shape), [n, h, w, c]);
  };
  const x = tf.tidy(() => tf.variable(map('x')));
  const input = tfl.input({ shape: [null, null, x.shape[3]] });
  const output = layers().reduce((y, layer) => layer.apply(y) as tfl.SymbolicTensor, input);
  const model = tfl.model({ inputs: input, outputs: output });
  const entries = weights.map(([key, layout]): StateEntry => {
    const { shape } = golden(key);
    return { official: key, shape, kind: 'parameter', layout, ours: key };
  });
  const variables = entries.map((entry, k) => {
    const variable = model.weights[k]!.read() as tf.Variable;
    const values = toOurLayout(toFloat32(golden(entry.official)), entry);
    tf.tidy(() => variable.assign(tf.tensor(values, variable.shape)));
    return variable;
  });
  const trained = variables.filter((variable) => variable.trainable);
  const dy = map('d_y');
  const run = () => model.apply(x.clone(), { training }) as tf.Tensor;
  const y = tf.tidy(run);
  expectRelativeError(await nchw(y), toFloat32(golden('y')), FORWARD, 'y');
  // <y, dy> has the gradients that the upstream dy gives.
  const { value, grads } = tf.variableGrads(() => tf.sum<tf.Scalar>(tf.mul(run(), dy)), [x, ...trained]);
  expectRelativeError(await nchw(grads[x.name]!), toFloat32(golden('grad_x')), GRADIENT, 'grad_x');
  for (const [k, entry] of entries.entries()) {
    const gradient = grads[variables[k]!.name];
    if (gradient === undefined) continue;
    const values = toOfficialLayout((await gradient.data()) as Float32Array, entry);
    const key = `grad_${entry.official}`;
    expectRelativeError(values, toFloat32(golden(key)), GRADIENT, key);
  }
  expect(Object.keys(grads)).toHaveLength(1 + trained.length);
  tf.dispose([x, dy, y, value, grads]);
  disposeModel(model);
}

eachBackend('layers equal PyTorch', () => {
  it.each(Object.keys(cases))('%s: forward and every gradient', async (name) => {
    await checkLayer(name, cases[name]!);
  });

  it('group normalisation: forward and every gradient', async () => {
    const archive = readGolden('ops/groupnorm.npz');
    const values = (key: string) => toFloat32(archive.get(key)!);
    const [n, c, h, w] = archive.get('x')!.shape as [number, number, number, number];
    const map = (key: string) => tf.tensor4d(nchwToNhwc(values(key), [n, c, h, w]), [n, h, w, c]);
    const inputs = [map('x'), tf.tensor1d(values('weight')), tf.tensor1d(values('bias'))];
    const f = (...[x, weight, bias]: tf.Tensor[]) =>
      groupNorm(x as tf.Tensor4D, 4, weight as tf.Tensor1D, bias as tf.Tensor1D);
    const y = f(...inputs);
    expectRelativeError(await nchw(y), values('y'), FORWARD, 'y');
    const dy = map('d_y');
    const [dx, dWeight, dBias] = tf.grads(f)(inputs, dy) as [tf.Tensor, tf.Tensor, tf.Tensor];
    expectRelativeError(await nchw(dx), values('grad_x'), GRADIENT, 'grad_x');
    expectRelativeError(await dWeight.data(), values('grad_weight'), GRADIENT, 'grad_weight');
    expectRelativeError(await dBias.data(), values('grad_bias'), GRADIENT, 'grad_bias');
    tf.dispose([...inputs, y, dy, dx, dWeight, dBias]);
  });
});
