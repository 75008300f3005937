import { operatorSuite, typedArguments } from '@prismamba/testing';
import * as tf from '@tensorflow/tfjs-core';
import '@tensorflow/tfjs-layers'; // registers the gradients of TensorFlow.js' own operators
import { describe, expect, it } from 'vitest';
import { depthwiseSiluOperator } from './depthwise-silu.operator.js';
import { depthwiseSiluReference, depthwiseSiluReferenceGradient } from './depthwise-silu.reference.js';
import { depthwiseSilu, type DepthwiseSiluArgs } from './depthwise-silu.js';

const inputs = (batch: number, height: number, width: number, D: number) => ({
  x: { shape: [batch, height, width, D] },
  weight: { shape: [D, 1, 3, 3], scale: 0.8 },
  bias: { shape: [D], scale: 0.5 },
});
const typed = (tensors: Readonly<Record<'x' | 'weight' | 'bias', tf.Tensor>>) =>
  typedArguments<DepthwiseSiluArgs>(tensors);

operatorSuite<'x' | 'weight' | 'bias'>({
  name: 'depthwiseSilu',
  cases: {
    'two small images': inputs(2, 4, 3, 5),
    'one pixel': inputs(1, 1, 1, 4),
    'one row': inputs(1, 1, 7, 3),
    'one column': inputs(2, 6, 1, 6),
    'GMSR stage 1': inputs(2, 5, 7, 20),
    'GMSR stage 3': inputs(1, 6, 9, 62),
    'more than one range of work': inputs(2, 90, 97, 2),
  },
  reference: (values, shapes) => [depthwiseSiluReference(values, shapes.x)],
  gradient: (values, shapes, [dy]) => ({ ...depthwiseSiluReferenceGradient(values, shapes.x, dy!) }),
  operator: (tensors) => [depthwiseSilu(typed(tensors))],
  composed: (tensors) => [depthwiseSiluOperator.composed(typed(tensors)).y],
  kernels: { wasm: depthwiseSiluOperator.name, webgpu: depthwiseSiluOperator.name },
});

describe('depthwiseSilu arguments', () => {
  it('names what is wrong', () => {
    const x = tf.zeros<tf.Rank.R4>([1, 2, 2, 3]);
    const weight = tf.zeros<tf.Rank.R4>([3, 3, 3, 1]);
    const bias = tf.ones<tf.Rank.R1>([3]);
    expect(() => depthwiseSilu({ x, weight, bias })).toThrow(
      /depthwiseSilu: weight: got shape \[3, 3, 3, 1\], wanted \[3, 1, 3, 3\]/,
    );
    tf.dispose([x, weight, bias]);
  });
});
