import { oddInputSuite, type OddOperator, typedArguments as as } from '@prismamba/testing';
import '@tensorflow/tfjs-layers'; // registers the gradients of TensorFlow.js' own operators
import * as tf from '@tensorflow/tfjs-core';
import { expect, it } from 'vitest';
import * as all from './index.js';
import { layerNorm } from './internal.js';
import { shortConv } from './short-conv/short-conv.js';
import { shortScan } from './short-scan/short-scan.js';

const D = 6;
const N = 3;
const R = 2;
const steps = { A: [0.4, -0.8], delta: [0.4, 0.2], dt: [0.4, 0.2], ALogs: [0.5, 0] } as const;

/** The norms at a width, because two channels cancel most. */
const norms = (C: number): Record<string, OddOperator> => ({
  [`layerNorm of ${C}`]: {
    shapes: (b, h, w) => ({ x: [b, h, w, C], gamma: [C], beta: [C] }),
    run: (t) => layerNorm(as(t)),
  },
  [`normLinearSplit of ${C}`]: {
    shapes: (b, h, w) => ({ x: [b, h, w, C], gamma: [C], beta: [C], weight: [2 * D, C] }),
    run: (t) => all.normLinearSplit(as(t)),
  },
  [`mergeNormGateLinear of ${C}`]: {
    shapes: (b, h, w) => ({ y: [b, h, w, C], z: [b, h, w, C], gamma: [C], beta: [C], weight: [5, C] }),
    run: (t) => all.mergeNormGateLinear(as(t)),
  },
});

/** Five tokens a sequence where they can be. */
const lengthOf = (tokens: tf.Tensor) => (tokens.shape[0] % 5 === 0 ? 5 : 1);

/** More than float32 holds after a few steps, by definition. */
const grows = ['A', 'ALogs'];

const table: Record<string, OddOperator> = {
  causalConv1d: {
    shapes: (b, h, w) => ({ x: [b, h * w, D], weight: [D, 1, 4], bias: [D] }),
    run: (t) => all.causalConv1d(as(t)),
  },
  crossScan: { shapes: (b, h, w) => ({ x: [b, h, w, D] }), run: ({ x }) => all.crossScan(x as tf.Tensor4D) },
  crossMerge: {
    shapes: (b, h, w) => ({ y: [b, 4, h * w, D] }),
    run: ({ y }) => {
      const tokens = y!.shape[2]!;
      const height = tokens === 15 ? 3 : 1;
      return all.crossMerge(y as tf.Tensor4D, height, tokens / height);
    },
  },
  depthwiseSilu: {
    shapes: (b, h, w) => ({ x: [b, h, w, D], weight: [D, 1, 3, 3], bias: [D] }),
    run: (t) => all.depthwiseSilu(as(t)),
  },
  'depthwiseSilu of 1': {
    shapes: (b, h, w) => ({ x: [b, h, w, 1], weight: [1, 1, 3, 3], bias: [1] }),
    run: (t) => all.depthwiseSilu(as(t)),
  },
  ...norms(2),
  ...norms(7),
  pointwiseGeluResidual: {
    shapes: (b, h, w) => ({
      x: [b, h, w, D],
      map: [b, h, w, 3],
      perPixel: [b, h, w, 1],
      perSample: [b, 1, 1, D],
      weight: [D, 3 + 2 * D, 1, 1],
      bias: [D],
    }),
    run: ({ map, perPixel, perSample, ...t }) =>
      all.pointwiseGeluResidual(as({ ...t, branches: [map, { scale: perPixel }, { scale: perSample }] })),
  },
  selectiveScan: {
    longOnCpu: false,
    shapes: (b, h, w) => ({
      u: [b, D, h * w],
      delta: [b, D, h * w],
      A: [D, N],
      B: [b, 2, N, h * w],
      C: [b, 2, N, h * w],
      D: [D],
      z: [b, D, h * w],
      deltaBias: [D],
      initialState: [b, D, N],
    }),
    ranges: steps,
    grows,
    run: (t) => {
      const { y, lastState } = all.selectiveScan(as({ ...t, deltaSoftplus: true }));
      return [y, lastState];
    },
  },
  selectiveScanOutput: {
    longOnCpu: false,
    shapes: (b, h, w) => ({
      u: [b, D, h * w],
      delta: [b, D, h * w],
      A: [D, N],
      B: [b, 1, N, h * w],
      C: [b, 1, N, h * w],
    }),
    ranges: steps,
    grows,
    run: (t) => all.selectiveScanOutput(as({ ...t, reverse: true })),
  },
  ss2dScan: {
    shapes: (b, h, w) => ({
      x: [b, h, w, D],
      xProjWeight: [4, R + 2 * N, D],
      dtProjsWeight: [4, D, R],
      dtProjsBias: [4, D],
      ALogs: [4 * D, N],
      Ds: [4 * D],
    }),
    ranges: { ...steps, xProjWeight: [0.3, 0] },
    grows,
    run: (t) => all.ss2dScan(as(t)),
  },
  ss2dSsdScan: {
    longOnCpu: false,
    // Weights of 1000 are multiplied with each other.
    limit: 1e-3,
    shapes: (b, h, w) => ({
      x: [b, h, w, D],
      xProjWeight: [4, 2 + 2 * N, D],
      dtProjsBias: [4, 2],
      ALogs: [4, 2],
      Ds: [4, 2, 3],
    }),
    ranges: { ...steps, xProjWeight: [0.3, 0] },
    grows,
    run: (t) => all.ss2dSsdScan(as(t)),
  },
  ssdScan: {
    longOnCpu: false,
    shapes: (b, h, w) => ({
      x: [b, h * w, 2, 3],
      dt: [b, h * w, 2],
      A: [2],
      B: [b, h * w, 1, N],
      C: [b, h * w, 1, N],
      D: [2, 3],
      dtBias: [2],
      initialStates: [b, 2, 3, N],
    }),
    ranges: steps,
    grows,
    run: (t) => {
      const { y, finalStates } = all.ssdScan(as({ ...t, dtSoftplus: true }));
      return [y, finalStates];
    },
  },
  recompute: {
    shapes: (b, h, w) => ({ x: [b, h, w, D] }),
    run: ({ x }) => all.recompute((v) => tf.mul(v, v), [x!]),
    allowsNone: true,
  },
  shortConv: {
    shapes: (b, h, w) => ({ both: [b * h * w, 2 * D], weight: [D, 1, 4], bias: [D] }),
    run: (t) => shortConv(as({ ...t, length: lengthOf(t['both']!) })),
  },
  shortScan: {
    shapes: (b, h, w) => ({
      u: [b * h * w, D],
      step: [b * h * w, D],
      both: [b * h * w, 2 * D],
      projected: [b * h * w, R + 2 * N],
      A: [D, N],
      bias: [D],
      skip: [D],
    }),
    ranges: { ...steps, step: [0.4, 0.2] },
    grows,
    run: (t) => shortScan(as({ ...t, length: lengthOf(t['u']!) })),
  },
};

oddInputSuite(table);

it('every operator of the package is in the table', () => {
  const operators = Object.keys(all).filter((name) => /^[a-z]/.test(name));
  expect(operators.filter((name) => !Object.keys(table).some((key) => key.split(' ')[0] === name))).toEqual(
    [],
  );
});
