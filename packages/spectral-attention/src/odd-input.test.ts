import { oddInputSuite, type OddOperator, typedArguments as as } from '@prismamba/testing';
import '@tensorflow/tfjs-layers'; // registers the gradients of TensorFlow.js' own operators
import type * as tf from '@tensorflow/tfjs-core';
import { expect, it } from 'vitest';
import * as all from './index.js';

const map =
  (C: number): OddOperator['shapes'] =>
  (b, h, w) => ({ x: [b, h, w, C] });
/** The far edge of a gradient is reflected: three pixels are needed. */
const refuses = ['one pixel', 'one row', 'one column', '1 x 10000'] as const;

const table: Record<string, OddOperator> = {
  gradientStatistics: {
    shapes: map(6),
    refuses,
    run: ({ x }) => Object.values(all.gradientStatistics(x as tf.Tensor4D)),
  },
  'gradientStatistics of 2': {
    shapes: map(2),
    refuses,
    run: ({ x }) => Object.values(all.gradientStatistics(x as tf.Tensor4D)),
  },
  mapConvolution: {
    shapes: (b, h, w) => ({ maps: [b, h, w, 2], weight: [1, 2, 3, 3] }),
    run: (t) => all.mapConvolution(as(t)),
  },
  spatialAttentionMap: {
    shapes: (b, h, w) => ({ maps: [b, h, w, 2], weight: [1, 2, 3, 3] }),
    run: (t) => all.spatialAttentionMap(as(t)),
  },
  spatialGradientAttention: {
    shapes: (b, h, w) => ({ x: [b, h, w, 6], weight: [1, 2, 3, 3] }),
    refuses,
    run: (t) => all.spatialGradientAttention(as(t)),
  },
  'spatialGradientAttention of 1': {
    shapes: (b, h, w) => ({ x: [b, h, w, 1], weight: [1, 2, 3, 3] }),
    refuses,
    run: (t) => all.spatialGradientAttention(as(t)),
  },
  spectralAttentionGate: {
    shapes: (b) => ({ pooled: [b, 2, 6], fc0: [6, 6, 1, 1], fc2: [6, 6, 1, 1] }),
    run: (t) => all.spectralAttentionGate(as(t)),
  },
  spectralGradientAttention: {
    shapes: (b, h, w) => ({ x: [b, h, w, 6], fc0: [6, 6, 1, 1], fc2: [6, 6, 1, 1] }),
    // Means of 10,000 numbers in float32 on the WASM backend, whose range is divided by.
    limit: 1e-3,
    run: (t) => all.spectralGradientAttention(as(t)),
  },
  haarDwt: { shapes: map(3), run: ({ x }) => all.haarDwt(x as tf.Tensor4D) },
  haarIdwt: {
    shapes: (b, h, w) => ({ y: [b, h, w, 8] }),
    run: ({ y }) => all.haarIdwt(y as tf.Tensor4D),
  },
  dwt2d: { shapes: map(3), run: ({ x }) => all.dwt2d(x as tf.Tensor4D, 'db2') },
  idwt2d: {
    shapes: (b, h, w) => ({ y: [b, h, w, 8] }),
    // A transform of four taps has two coefficients an axis at least.
    refuses,
    run: ({ y }) => all.idwt2d(y as tf.Tensor4D, 'db2'),
  },
  gelu: { shapes: map(3), allowsNone: true, run: ({ x }) => all.gelu(x!) },
  cbam: {
    shapes: (b, h, w) => ({ x: [b, h, w, 6], fc0: [6, 3], fc2: [3, 6], filter: [3, 3, 2, 1] }),
    run: (t) => all.cbam(as(t)),
  },
  'cbam of 1': {
    shapes: (b, h, w) => ({ x: [b, h, w, 1], fc0: [1, 1], fc2: [1, 1], filter: [3, 3, 2, 1] }),
    run: (t) => all.cbam(as(t)),
  },
  spectralAttention: {
    shapes: (b, h, w) => ({ q: [b, h * w, 6], k: [b, h * w, 6], v: [b, h * w, 6], rescale: [2, 1, 1] }),
    run: (t) => all.spectralAttention(as(t)),
  },
  spectralMsa: {
    // Inputs of 1000 are multiplied with each other.
    limit: 1e-2,
    shapes: (b, h, w) => ({
      x: [b, h, w, 6],
      toQ: [6, 6],
      toK: [6, 6],
      toV: [6, 6],
      rescale: [2, 1, 1],
      projection: [6, 6],
      projectionBias: [6],
      position0: [3, 3, 6, 1],
      position2: [3, 3, 6, 1],
    }),
    run: (t) => all.spectralMsa(as(t)),
  },
};

oddInputSuite(table);

it('every operator of the package is in the table', () => {
  const operators = Object.entries(all).filter(
    ([name, value]) => /^[a-z]/.test(name) && typeof value === 'function',
  );
  const known = Object.keys(table).map((key) => key.split(' ')[0]);
  expect(operators.map(([name]) => name).filter((name) => !known.includes(name))).toEqual([]);
});
