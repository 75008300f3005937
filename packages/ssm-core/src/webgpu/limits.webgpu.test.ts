import { withLowerLimits } from '@prismamba/backend/internal';
import { eachBackend, limitInputs, limitsSuite, runCase, type LimitCase } from '@prismamba/testing';
import * as tf from '@tensorflow/tfjs-core';
import { expect, it } from 'vitest';
import { causalConv1d } from '../causal-conv1d/causal-conv1d.js';
import { depthwiseSilu } from '../depthwise-silu/depthwise-silu.js';
import { mergeNormGateLinear } from '../merge-norm-gate-linear/merge-norm-gate-linear.js';
import { normLinearSplit } from '../norm-linear-split/norm-linear-split.js';
import { pointwiseGeluResidual } from '../pointwise-gelu-residual/pointwise-gelu-residual.js';
import { selectiveScan } from '../selective-scan/selective-scan.js';
import { shortConv } from '../short-conv/short-conv.js';
import { shortScan } from '../short-scan/short-scan.js';
import { ss2dScan } from '../ss2d-scan/ss2d-scan.js';
import { ssdScan } from '../ssd-scan/ssd-scan.js';

/** Each does not fit into one binding (the scans), one dimension of workgroups, or a workgroup of the usual size. */
const cases: readonly LimitCase[] = [
  {
    name: 'ss2dScan',
    shapes: {
      x: [2, 9, 9, 3],
      xProjWeight: [4, 33, 3],
      dtProjsWeight: [4, 3, 1],
      dtProjsBias: [4, 3],
      ALogs: [12, 16],
      Ds: [12],
    },
    negative: ['dtProjsBias'],
    binding: 8100, // the states of two directions take 8064
    run: (inputs) => [ss2dScan(inputs)],
  },
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
    run: (inputs) => [shortScan({ ...(inputs as object), length: 3 } as never)],
  },
  {
    name: 'shortConv',
    shapes: { both: [24, 74], weight: [37, 1, 4], bias: [37] },
    run: (inputs) => [shortConv({ ...(inputs as object), length: 3 } as never)],
  },
  {
    name: 'causalConv1d',
    shapes: { x: [2, 70, 5], weight: [5, 1, 4], bias: [5] },
    run: (inputs) => [causalConv1d(inputs)],
  },
  {
    name: 'depthwiseSilu',
    shapes: { x: [2, 9, 11, 6], weight: [6, 1, 3, 3], bias: [6] },
    run: (inputs) => [depthwiseSilu(inputs)],
  },
  {
    name: 'normLinearSplit',
    shapes: { x: [1, 9, 11, 19], gamma: [19], beta: [19], weight: [14, 19] },
    run: (inputs) => normLinearSplit(inputs),
  },
  {
    name: 'mergeNormGateLinear',
    shapes: { y: [1, 9, 11, 19], z: [1, 9, 11, 19], gamma: [19], beta: [19], weight: [7, 19] },
    run: (inputs) => [mergeNormGateLinear(inputs)],
  },
  {
    name: 'pointwiseGeluResidual',
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
  },
];

limitsSuite(cases);

eachBackend(
  'limits that are too low',
  () => {
    it.each([
      [cases[0]!, "ss2dScan.summaries on webgpu: bytes of 'x': got 1944, this device takes 1000"],
      [cases[3]!, "shortScan.forward on webgpu: bytes of 'u': got 8880, this device takes 1000"],
      [cases[7]!, "rowNorm.statistics on webgpu: bytes of 'x': got 7524, this device takes 1000"],
    ])('what cannot be cut is an error that names the buffer and both sizes: $name', async (one, message) => {
      const inputs = limitInputs(one);
      await withLowerLimits({ maxStorageBufferBindingSize: 1000 }, () => {
        expect(() => tf.tidy(() => [...runCase(one, inputs)])).toThrow(message);
      });
      tf.dispose(inputs);
    });
  },
  { backends: ['webgpu'] },
);
