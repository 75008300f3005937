import { withLowerLimits } from '@prismamba/backend/internal';
import { eachBackend, limitInputs, limitsSuite, runCase, type LimitCase } from '@prismamba/testing';
import * as tf from '@tensorflow/tfjs-core';
import { expect, it } from 'vitest';
import { causalConv1d } from '../causal-conv1d/causal-conv1d.js';
import { crossMerge, crossScan } from '../cross-scan/cross-scan.js';
import { depthwiseSilu } from '../depthwise-silu/depthwise-silu.js';
import { mergeNormGateLinear } from '../merge-norm-gate-linear/merge-norm-gate-linear.js';
import { normLinearSplit } from '../norm-linear-split/norm-linear-split.js';
import { pointwiseGeluResidual } from '../pointwise-gelu-residual/pointwise-gelu-residual.js';
import { ss2d, type Ss2dWeights } from '../layers/ss2d/ss2d.js';
import { selectiveScan } from '../selective-scan/selective-scan.js';
import { shortConv } from '../short-conv/short-conv.js';
import { shortScan } from '../short-scan/short-scan.js';
import { ss2dScan } from '../ss2d-scan/ss2d-scan.js';
import { ss2dSsdScan } from '../ss2d-ssd-scan/ss2d-ssd-scan.js';
import { ssdScan } from '../ssd-scan/ssd-scan.js';

const ss2dOf = (states: number): Pick<LimitCase, 'shapes' | 'negative' | 'run'> => ({
  shapes: {
    x: [2, 9, 9, 3],
    xProjWeight: [4, 1 + 2 * states, 3],
    dtProjsWeight: [4, 3, 1],
    dtProjsBias: [4, 3],
    ALogs: [12, states],
    Ds: [12],
  },
  negative: ['dtProjsBias'],
  run: (inputs) => [ss2dScan(inputs)],
});

const ss2dSsd: Pick<LimitCase, 'shapes' | 'negative' | 'run'> = {
  shapes: {
    x: [2, 7, 6, 4],
    xProjWeight: [4, 10, 4],
    dtProjsBias: [4, 2],
    ALogs: [4, 2],
    Ds: [4, 2, 2],
  },
  negative: ['dtProjsBias'],
  run: (inputs) => [ss2dSsdScan(inputs)],
};

const pointwise: Pick<LimitCase, 'shapes' | 'run'> = {
  shapes: {
    x: [2, 9, 11, 6],
    map: [2, 9, 11, 5],
    pixels: [2, 9, 11, 1],
    bands: [2, 1, 1, 6],
    weight: [6, 17, 1, 1],
    bias: [6],
  },
  run: ({ x, map, pixels, bands, weight, bias }: Record<string, never>) => [
    pointwiseGeluResidual({
      x: x!,
      branches: [map!, { scale: pixels! }, { scale: bands! }],
      weight: weight!,
      bias: bias!,
    }),
  ],
};

/** Each does not fit into one binding, one dimension of workgroups, or a workgroup of the usual size. */
const cases: readonly LimitCase[] = [
  { name: 'ss2dScan, cut between directions', ...ss2dOf(16), binding: 8100 }, // the states of two take 8064
  { name: 'ss2dScan, a sample at a time', ...ss2dOf(1), binding: 1000 }, // it takes 972
  { name: 'ss2dScan, bands of a sample by its states', ...ss2dOf(16), binding: 5000 }, // 52 of 81 tokens
  { name: 'ss2dScan, bands of a sample', ...ss2dOf(1), binding: 400 }, // 33 of 81 tokens
  {
    name: 'selectiveScan',
    shapes: {
      u: [2, 4, 40],
      delta: [2, 4, 40],
      A: [4, 4],
      B: [2, 2, 4, 40],
      C: [2, 2, 4, 40],
      D: [4],
      deltaBias: [4],
      initialState: [2, 4, 4],
    },
    negative: ['A', 'deltaBias'],
    binding: 4000, // two of the four sequences
    run: (inputs) => {
      const { y, lastState } = selectiveScan({ ...(inputs as object), deltaSoftplus: true } as never);
      return [y, lastState];
    },
  },
  {
    name: 'ssdScan',
    shapes: {
      x: [2, 40, 2, 3],
      dt: [2, 40, 2],
      A: [2],
      B: [2, 40, 1, 4],
      C: [2, 40, 1, 4],
      D: [2, 3],
      dtBias: [2],
      initialStates: [2, 2, 3, 4],
    },
    negative: ['A', 'dtBias'],
    binding: 3000, // one of the two samples
    run: (inputs) => {
      const { y, finalStates } = ssdScan({ ...(inputs as object), dtSoftplus: true } as never);
      return [y, finalStates];
    },
  },
  {
    name: 'ss2dSsdScan, a sample at a time',
    ...ss2dSsd,
    binding: 13_000, // dB and dC of every head take 10,752 a sample
  },
  {
    name: 'ss2dSsdScan, composed, a direction at a time',
    ...ss2dSsd,
    binding: 6000,
  },
  {
    name: 'crossScan',
    shapes: { x: [3, 7, 6, 5] },
    binding: 7000, // two samples take 6720
    run: ({ x }: Record<'x', never>) => [crossScan(x)],
  },
  {
    name: 'crossMerge',
    shapes: { y: [3, 4, 42, 5] },
    binding: 7000,
    run: ({ y }: Record<'y', never>) => [crossMerge(y, 7, 6)],
  },
  {
    name: 'shortScan',
    shapes: {
      u: [60, 37],
      step: [60, 37],
      both: [60, 74],
      projected: [60, 11],
      A: [37, 4],
      bias: [37],
      skip: [37],
    },
    negative: ['A', 'bias'],
    binding: 8000, // 4 of the 20 sequences
    run: (inputs) => [shortScan({ ...(inputs as object), length: 3 } as never)],
  },
  {
    name: 'shortConv',
    shapes: { both: [24, 74], weight: [37, 1, 4], bias: [37] },
    binding: 2000, // 2 of the 8 sequences
    run: (inputs) => [shortConv({ ...(inputs as object), length: 3 } as never)],
  },
  {
    name: 'causalConv1d',
    shapes: { x: [2, 70, 5], weight: [5, 1, 4], bias: [5] },
    binding: 600, // 30 of 70 places, of which 3 are beside its own
    run: (inputs) => [causalConv1d(inputs)],
  },
  {
    name: 'depthwiseSilu, a sample at a time',
    shapes: { x: [2, 9, 11, 6], weight: [6, 1, 3, 3], bias: [6] },
    binding: 2400, // it takes 2376
    run: (inputs) => [depthwiseSilu(inputs)],
  },
  {
    name: 'depthwiseSilu, rows of a sample',
    shapes: { x: [2, 9, 11, 6], weight: [6, 1, 3, 3], bias: [6] },
    binding: 1400, // 5 of 9 rows, of which 2 are beside its own
    run: (inputs) => [depthwiseSilu(inputs)],
  },
  {
    name: 'normLinearSplit',
    shapes: { x: [1, 9, 11, 19], gamma: [19], beta: [19], weight: [14, 19] },
    binding: 2000, // 26 of 99 tokens
    run: (inputs) => normLinearSplit(inputs),
  },
  {
    name: 'mergeNormGateLinear',
    shapes: { y: [1, 9, 11, 19], z: [1, 9, 11, 19], gamma: [19], beta: [19], weight: [7, 19] },
    binding: 2000, // 26 of 99 tokens
    run: (inputs) => [mergeNormGateLinear(inputs)],
  },
  {
    name: 'pointwiseGeluResidual, a sample at a time',
    ...pointwise,
    binding: 7000, // it takes 6732
  },
  {
    name: 'pointwiseGeluResidual, tokens of a sample',
    ...pointwise,
    binding: 2000, // 29 of 99
  },
  {
    name: 'ss2d, every block of it cut',
    shapes: {
      x: [2, 8, 7, 4],
      x_proj_weight: [4, 5, 8],
      dt_projs_weight: [4, 8, 1],
      dt_projs_bias: [4, 8],
      A_logs: [32, 2],
      Ds: [32],
      'in_proj.weight': [16, 4],
      'conv2d.weight': [8, 1, 3, 3],
      'conv2d.bias': [8],
      'out_norm.weight': [8],
      'out_norm.bias': [8],
      'out_proj.weight': [4, 8],
    },
    negative: ['dt_projs_bias'],
    binding: 1800, // of the inner map a sample takes 1792
    run: ({ x, ...weights }: { x: tf.Tensor4D } & Ss2dWeights) => [ss2d(tf.mul(x, 8), weights)],
  },
];

limitsSuite(cases);

eachBackend(
  'limits that are too low',
  () => {
    it.each([
      [
        'selectiveScan',
        "selectiveScan.summaries on webgpu: bytes of 'sequences': got 640, this device takes 250",
      ],
      ['shortScan', "shortScan.forward on webgpu: bytes of 'u': got 444, this device takes 250"],
      ['normLinearSplit', "matrixProduct on webgpu: bytes of 'b': got 532, this device takes 250"],
    ])('what cannot be cut is an error that names the array and both sizes: %s', async (name, message) => {
      const one = cases.find((other) => other.name === name)!;
      const inputs = limitInputs(one);
      await withLowerLimits({ maxStorageBufferBindingSize: 250 }, () => {
        expect(() => tf.tidy(() => [...runCase(one, inputs)])).toThrow(message);
      });
      tf.dispose(inputs);
    });
  },
  { backends: ['webgpu'] },
);
