import { operatorSuite, typedArguments } from '@prismamba/testing';
import * as tf from '@tensorflow/tfjs-core';
import '@tensorflow/tfjs-layers'; // registers the gradients of TensorFlow.js' own operators
import { describe, expect, it } from 'vitest';
import { LAYER_NORM_EPSILON } from '../layer-norm/layer-norm.js';
import { mergeNormGateLinearOperator } from './merge-norm-gate-linear.operator.js';
import {
  mergeNormGateLinearReference,
  mergeNormGateLinearReferenceGradient,
} from './merge-norm-gate-linear.reference.js';
import { mergeNormGateLinear, type MergeNormGateLinearArgs } from './merge-norm-gate-linear.js';

type Name = 'y' | 'z' | 'gamma' | 'beta' | 'weight';
const inputs = (batch: number, height: number, width: number, D: number, C: number) => ({
  y: { shape: [batch, height, width, D], scale: 2 },
  z: { shape: [batch, height, width, D], scale: 4 },
  gamma: { shape: [D], scale: 0.3, offset: 1 },
  beta: { shape: [D], scale: 0.3 },
  weight: { shape: [C, D], scale: 1 / Math.sqrt(D) },
});
const typed = (tensors: Readonly<Record<Name, tf.Tensor>>) => ({
  ...typedArguments<MergeNormGateLinearArgs>(tensors),
  epsilon: LAYER_NORM_EPSILON,
});

operatorSuite<Name>({
  name: 'mergeNormGateLinear',
  cases: {
    'width 7 to 5': inputs(1, 2, 3, 7, 5),
    'one token': inputs(1, 1, 1, 4, 1),
    'GMSR stage 1': inputs(2, 5, 7, 20, 10),
    'GMSR stage 2': inputs(1, 8, 9, 40, 20),
    'GMSR stage 3': inputs(1, 7, 19, 62, 31),
    'more than one range of work': inputs(1, 91, 97, 6, 2),
  },
  reference: (values) => [mergeNormGateLinearReference(values, LAYER_NORM_EPSILON)],
  gradient: (values, _, [dout]) => ({
    ...mergeNormGateLinearReferenceGradient(values, LAYER_NORM_EPSILON, dout!),
  }),
  operator: (tensors) => [mergeNormGateLinear(typed(tensors))],
  composed: (tensors) => [
    mergeNormGateLinearOperator.composed(typed(tensors), { epsilon: LAYER_NORM_EPSILON }).out,
  ],
  kernels: { wasm: mergeNormGateLinearOperator.name, webgpu: mergeNormGateLinearOperator.name },
});

describe('mergeNormGateLinear arguments', () => {
  it('names what is wrong', () => {
    const y = tf.zeros<tf.Rank.R4>([1, 2, 2, 3]);
    const z = tf.zeros<tf.Rank.R4>([1, 2, 2, 4]);
    const vector = tf.ones<tf.Rank.R1>([3]);
    const weight = tf.zeros<tf.Rank.R2>([2, 3]);
    expect(() => mergeNormGateLinear({ y, z, gamma: vector, beta: vector, weight })).toThrow(
      /mergeNormGateLinear: z: got shape \[1, 2, 2, 4\], wanted \[1, 2, 2, 3\]/,
    );
    tf.dispose([y, z, vector, weight]);
  });
});
