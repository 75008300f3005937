import { operatorSuite } from '@prismamba/testing';
import * as tf from '@tensorflow/tfjs-core';
import '@tensorflow/tfjs-layers'; // registers the gradients of TensorFlow.js' own operators
import { describe, expect, it } from 'vitest';
import { LAYER_NORM_EPSILON } from '../layer-norm/layer-norm.js';
import { normLinearSplitOperator, type NormLinearSplitInputs } from './norm-linear-split.operator.js';
import { normLinearSplitReference, normLinearSplitReferenceGradient } from './norm-linear-split.reference.js';
import { normLinearSplit } from './norm-linear-split.js';

type Name = 'x' | 'weight' | 'gamma' | 'beta';
const inputs = (batch: number, height: number, width: number, C: number, D: number) => ({
  x: { shape: [batch, height, width, C] },
  weight: { shape: [2 * D, C], scale: 1 / Math.sqrt(C) },
  gamma: { shape: [C], scale: 0.3, offset: 1 },
  beta: { shape: [C], scale: 0.3 },
});
const size = (shapes: Readonly<Record<'x' | 'weight', readonly number[]>>) => ({
  channels: shapes.x[3]!,
  inner: shapes.weight[0]! / 2,
  epsilon: LAYER_NORM_EPSILON,
});
type Typed = { x: tf.Tensor4D; weight: tf.Tensor2D; gamma: tf.Tensor1D; beta: tf.Tensor1D };

function composed(inputs: NormLinearSplitInputs): tf.Tensor[] {
  const attributes = { epsilon: LAYER_NORM_EPSILON, gate: true };
  const { u, z } = normLinearSplitOperator.composed(inputs, attributes);
  return [u, z];
}

operatorSuite<Name>({
  name: 'normLinearSplit',
  cases: {
    'width 5 of 7': inputs(1, 2, 3, 5, 7),
    'one token, width 1': inputs(1, 1, 1, 6, 1),
    'GMSR stage 1': inputs(2, 5, 7, 10, 20),
    'GMSR stage 2': inputs(1, 8, 9, 20, 40),
    'GMSR stage 3': inputs(1, 7, 19, 31, 62),
    'more than one range of work': inputs(1, 91, 97, 6, 2),
  },
  reference: (values, shapes) => normLinearSplitReference(values, size(shapes)),
  gradient: (values, shapes, [du, dz]) => normLinearSplitReferenceGradient(values, size(shapes), [du!, dz!]),
  operator: (tensors) => normLinearSplit(tensors as Typed),
  composed: (tensors) => composed(tensors as Typed),
  kernels: { wasm: normLinearSplitOperator.name, webgpu: normLinearSplitOperator.name },
});

operatorSuite<'x' | 'weight'>({
  name: 'normLinearSplit without norm',
  cases: {
    'width 5 of 7': { x: { shape: [2, 2, 3, 5] }, weight: { shape: [14, 5] } },
    'GMSR stage 3': { x: { shape: [1, 4, 9, 31] }, weight: { shape: [124, 31], scale: 0.2 } },
  },
  reference: (values, shapes) => normLinearSplitReference(values, size(shapes)),
  gradient: (values, shapes, [du, dz]) => normLinearSplitReferenceGradient(values, size(shapes), [du!, dz!]),
  operator: (tensors) => normLinearSplit(tensors as Pick<Typed, 'x' | 'weight'>),
  composed: (tensors) => composed(tensors as Pick<Typed, 'x' | 'weight'>),
  kernels: { wasm: normLinearSplitOperator.name, webgpu: normLinearSplitOperator.name },
});

describe('normLinearSplit arguments', () => {
  it('names what is wrong', () => {
    const x = tf.zeros<tf.Rank.R4>([1, 2, 2, 3]);
    const weight = tf.zeros<tf.Rank.R2>([5, 3]);
    const gamma = tf.ones<tf.Rank.R1>([3]);
    expect(() => normLinearSplit({ x, weight })).toThrow(/weight: got 5 rows, wanted an even number/);
    expect(() => normLinearSplit({ x, weight, gamma })).toThrow(/gamma, beta: got one of them/);
    tf.dispose([x, weight, gamma]);
  });
});
