import { startBackend } from '@prismamba/backend';
import { typedArguments as as } from '@prismamba/testing';
import * as tf from '@tensorflow/tfjs-core';
import { beforeAll, describe, expect, it } from 'vitest';
import * as all from './index.js';
import { layerNorm } from './layer-norm/layer-norm.js';
import { mamba2Block } from './layers/mamba2-block/mamba2-block.js';
import { mambaBlock } from './layers/mamba-block/mamba-block.js';
import { ss2d } from './layers/ss2d/ss2d.js';
import { shortConv } from './short-conv/short-conv.js';
import { shortScan } from './short-scan/short-scan.js';

type Tensors = Readonly<Record<string, tf.Tensor>>;

interface Case {
  readonly shapes: Readonly<Record<string, readonly number[]>>;
  /**
   * Axes that may have any size (`weight 2`), arguments whose sizes others are measured by (`x`: the error may name these), and
   * arguments that are not looked at here (`x *`).
   */
  readonly free?: readonly string[];
  readonly run: (tensors: Tensors) => unknown;
}

beforeAll(() => startBackend('cpu'));

const x = [1, 2, 3, 4] as const;
/** The input and the rest, for functions that take weights as a second argument. */
const weights = ({ x: _x, s: _s, ...rest }: Tensors) => rest;

const scan = {
  ...{ u: [2, 4, 3], delta: [2, 4, 3], A: [4, 2], B: [2, 1, 2, 3], C: [2, 1, 2, 3] },
  ...{ D: [4], z: [2, 4, 3], deltaBias: [4], initialState: [2, 4, 2] },
};

/** Each takes these shapes; none takes one of them changed. */
const cases: Readonly<Record<string, Case>> = {
  causalConv1d: {
    shapes: { x: [2, 3, 4], weight: [4, 1, 3], bias: [4] },
    free: ['x 0', 'x 1', 'x', 'weight 2'],
    run: (t) => all.causalConv1d(as(t)),
  },
  crossScan: {
    shapes: { x },
    free: ['x 0', 'x 1', 'x 2', 'x 3'],
    run: (t) => all.crossScan(as<{ x: tf.Tensor4D }>(t).x),
  },
  crossMerge: {
    shapes: { y: [1, 4, 6, 5] },
    free: ['y 0', 'y 3'],
    run: (t) => all.crossMerge(as<{ y: tf.Tensor4D }>(t).y, 2, 3),
  },
  depthwiseSilu: {
    shapes: { x, weight: [4, 1, 3, 3], bias: [4] },
    free: ['x 0', 'x 1', 'x 2', 'x'],
    run: (t) => all.depthwiseSilu(as(t)),
  },
  layerNorm: {
    shapes: { x, gamma: [4], beta: [4] },
    // Of any rank.
    free: ['x *'],
    run: (t) => layerNorm(as(t)),
  },
  mergeNormGateLinear: {
    shapes: { y: x, z: x, gamma: [4], beta: [4], weight: [5, 4] },
    free: ['y', 'weight 0'],
    run: (t) => all.mergeNormGateLinear(as(t)),
  },
  normLinearSplit: {
    shapes: { x, gamma: [4], beta: [4], weight: [6, 4] },
    free: ['x 0', 'x 1', 'x 2', 'x'],
    run: (t) => all.normLinearSplit(as(t)),
  },
  pointwiseGeluResidual: {
    shapes: {
      x,
      weight: [4, 13, 1, 1],
      bias: [4],
      'branches[0]': [1, 2, 3, 5],
      'branches[1].scale': [1, 2, 3, 1],
      'branches[2].scale': [1, 1, 1, 4],
    },
    free: ['x', 'branches[0]'],
    run: (t) => {
      const [map, perPixel, perSample] = Object.values(t).slice(3) as tf.Tensor4D[];
      return all.pointwiseGeluResidual({
        ...as<Omit<all.PointwiseGeluResidualArgs, 'branches'>>(t),
        branches: [map!, { scale: perPixel! }, { scale: perSample! }],
      });
    },
  },
  shortConv: {
    shapes: { both: [6, 8], weight: [4, 1, 3], bias: [4] },
    free: ['weight', 'weight 2', 'both 0'],
    run: (t) => shortConv({ ...as<Omit<Parameters<typeof shortConv>[0], 'length'>>(t), length: 3 }),
  },
  shortScan: {
    shapes: { u: [6, 4], step: [6, 4], both: [6, 8], projected: [6, 7], A: [4, 2], bias: [4], skip: [4] },
    free: ['u', 'A 1', 'projected 1'],
    run: (t) => shortScan({ ...as<Omit<Parameters<typeof shortScan>[0], 'length'>>(t), length: 3 }),
  },
  selectiveScan: { shapes: scan, free: ['u', 'A', 'B'], run: (t) => all.selectiveScan(as(t)) },
  selectiveScanOutput: { shapes: scan, free: ['u', 'A', 'B'], run: (t) => all.selectiveScanOutput(as(t)) },
  ss2dScan: {
    shapes: {
      x,
      xProjWeight: [4, 5, 4],
      dtProjsWeight: [4, 4, 1],
      dtProjsBias: [4, 4],
      ALogs: [16, 2],
      Ds: [16],
    },
    free: ['x', 'x 0', 'x 1', 'x 2', 'ALogs', 'dtProjsWeight'],
    run: (t) => all.ss2dScan(as(t)),
  },
  ss2dSsdScan: {
    shapes: { x, xProjWeight: [4, 6, 4], dtProjsBias: [4, 2], ALogs: [4, 2], Ds: [4, 2, 2] },
    free: ['x', 'x 0', 'x 1', 'x 2'],
    run: (t) => all.ss2dSsdScan(as(t)),
  },
  ssdScan: {
    shapes: {
      x: [2, 3, 4, 2],
      dt: [2, 3, 4],
      A: [4],
      B: [2, 3, 2, 5],
      C: [2, 3, 2, 5],
      D: [4, 2],
      dtBias: [4],
      initialStates: [2, 4, 2, 5],
    },
    free: ['x', 'B'],
    run: (t) => all.ssdScan(as(t)),
  },
  mambaBlock: {
    shapes: {
      ...{ s: [2, 3, 4], A_log: [6, 2], D: [6], 'in_proj.weight': [12, 4], 'conv1d.weight': [6, 1, 4] },
      ...{ 'conv1d.bias': [6], 'x_proj.weight': [5, 6], 'dt_proj.weight': [6, 1], 'dt_proj.bias': [6] },
      'out_proj.weight': [4, 6],
    },
    // The convolution refuses its own weights in its own name.
    free: ['s', 's 0', 's 1', 'A_log', 'dt_proj.weight', 'conv1d.weight *', 'conv1d.bias *'],
    run: (t) => mambaBlock(as<{ s: tf.Tensor3D }>(t).s, as(weights(t))),
  },
  mamba2Block: {
    shapes: {
      ...{
        x,
        x_proj_weight: [4, 6, 6],
        Ds: [4, 2, 3],
        A_logs: [4, 2],
        dt_projs_bias: [4, 2],
        'out_norm.weight': [6],
      },
      ...{
        'out_norm.bias': [6],
        'in_proj.weight': [6, 4],
        'conv2d.1.weight': [6, 1, 3, 3],
        'out_proj.weight': [4, 6],
      },
    },
    free: [
      'x',
      'x 0',
      'x 1',
      'x 2',
      'in_proj.weight',
      'x_proj_weight 1',
      'out_norm.weight *',
      'out_norm.bias *',
      'conv2d.1.weight *',
    ],
    run: (t) => mamba2Block(as<{ x: tf.Tensor4D }>(t).x, as(weights(t))),
  },
  ss2d: {
    shapes: {
      ...{
        x,
        x_proj_weight: [4, 5, 6],
        dt_projs_weight: [4, 6, 1],
        dt_projs_bias: [4, 6],
        A_logs: [24, 2],
        Ds: [24],
      },
      ...{
        'in_proj.weight': [12, 4],
        'conv2d.weight': [6, 1, 3, 3],
        'conv2d.bias': [6],
        'out_norm.weight': [6],
      },
      ...{ 'out_norm.bias': [6], 'out_proj.weight': [4, 6], 'norm.weight': [4], 'norm.bias': [4] },
    },
    free: ['x', 'x 0', 'x 1', 'x 2', 'out_norm.weight', 'A_logs', 'dt_projs_weight'],
    run: ({ 'norm.weight': weight, 'norm.bias': bias, ...t }) =>
      ss2d(as<{ x: tf.Tensor4D }>(t).x, as(weights(t)), as({ weight: weight!, bias: bias! })),
  },
};

describe.each(Object.entries(cases))('%s', (name, { shapes, free = [], run }) => {
  const runWith = (changed: Readonly<Record<string, readonly number[]>>) =>
    tf.tidy(() => {
      const entries = Object.entries({ ...shapes, ...changed });
      return void run(
        Object.fromEntries(entries.map(([argument, shape]) => [argument, tf.fill([...shape], 0.1)])),
      );
    });

  it('takes what fits', () => runWith({}));

  const checked = Object.entries(shapes).filter(([argument]) => !free.includes(`${argument} *`));
  it.each(checked)('refuses another shape of %s', (argument, shape) => {
    expect(() => runWith({ [argument]: [...shape, 1] })).toThrow(`${name}: ${argument}: got`);
    for (const axis of shape.keys()) {
      if (free.includes(`${argument} ${axis}`)) continue;
      const changed = shape.map((size, k) => (k === axis ? size + 1 : size));
      expect(() => runWith({ [argument]: changed })).toThrow(
        free.includes(argument) ? new RegExp(`^${name}: \\S+: got`) : `${name}: ${argument}: got`,
      );
    }
  });
});
