import {
  operatorSuite,
  type OperatorInput,
  type Shapes,
  type Values,
  typedArguments,
} from '@prismamba/testing';
import * as tf from '@tensorflow/tfjs-core';
import '@tensorflow/tfjs-layers'; // registers the gradients of TensorFlow.js' own operators
import { describe, expect, it } from 'vitest';
import {
  pointwiseGeluResidualOperator,
  type PointwiseGeluResidualInputs,
} from './pointwise-gelu-residual.operator.js';
import {
  geluReference,
  pointwiseGeluResidualReference,
  pointwiseGeluResidualReferenceGradient,
} from './pointwise-gelu-residual.reference.js';
import { pointwiseGeluResidual, type PointwiseGeluResidualArgs } from './pointwise-gelu-residual.js';

type Name = 'x' | 'weight' | 'bias' | 'm' | 'a' | 's';
/** A map m of `other` channels, a factor a pixel and a factor a sample and channel, as GMSR-Net fuses them. */
const inputs = (batch: number, height: number, width: number, C: number, other = C) => ({
  x: { shape: [batch, height, width, C] },
  weight: { shape: [C, other + 2 * C, 1, 1], scale: 2 / Math.sqrt(other + 2 * C) },
  bias: { shape: [C], scale: 0.5 },
  m: { shape: [batch, height, width, other] },
  a: { shape: [batch, height, width, 1], scale: 0.5, offset: 0.5 },
  s: { shape: [batch, 1, 1, C], scale: 0.5, offset: 0.5 },
});
const sizeOf = (shapes: Shapes<Name>) => {
  const [batch, height, width, channels] = shapes.x as [number, number, number, number];
  return {
    batch,
    pixels: height * width,
    channels,
    kinds: ['map', 'perPixel', 'perSample'] as const,
    widths: [shapes.m[3]!, channels, channels],
  };
};
const listed = ({ x, weight, bias, m, a, s }: Values<Name>) => ({ x, weight, bias, branches: [m, a, s] });
const typed = ({ x, weight, bias, m, a, s }: Readonly<Record<Name, tf.Tensor>>) =>
  typedArguments<PointwiseGeluResidualArgs>({ x, weight, bias, branches: [m, { scale: a }, { scale: s }] });

operatorSuite<Name>({
  name: 'pointwiseGeluResidual',
  cases: {
    'width 5 and a map of 3': inputs(2, 2, 3, 5, 3),
    'one pixel': inputs(1, 1, 1, 2),
    'one channel': inputs(2, 2, 2, 1, 3),
    'GMSR stage 1': inputs(2, 5, 7, 10),
    'GMSR stage 2': inputs(2, 4, 9, 20),
    'GMSR stage 3': inputs(2, 7, 10, 31),
    'more than one range of work': inputs(2, 91, 93, 2),
  } satisfies Record<string, Record<Name, OperatorInput>>,
  reference: (values, shapes) => [pointwiseGeluResidualReference(listed(values), sizeOf(shapes))],
  gradient: (values, shapes, [dout]) => {
    const { branches, ...rest } = pointwiseGeluResidualReferenceGradient(
      listed(values),
      sizeOf(shapes),
      dout!,
    );
    return { ...rest, m: branches[0]!, a: branches[1]!, s: branches[2]! };
  },
  operator: (tensors) => [pointwiseGeluResidual(typed(tensors))],
  composed: ({ m, a, s, ...rest }) => {
    const branches = [m, a, s];
    const inputs = typedArguments<PointwiseGeluResidualInputs>({ ...rest, branches });
    return [pointwiseGeluResidualOperator.composed(inputs, { kinds: ['map', 'perPixel', 'perSample'] }).out];
  },
  kernels: { wasm: pointwiseGeluResidualOperator.name, webgpu: pointwiseGeluResidualOperator.name },
});

describe('pointwiseGeluResidual', () => {
  it('the definition of GELU has known values', () => {
    expect(geluReference(1)[0]).toBeCloseTo(0.8413447460685429, 14);
    expect(geluReference(-5)[0]).toBeCloseTo(-5 * 2.866515718791945e-7, 15);
    expect(geluReference(0)).toEqual([0, 0.5]);
  });

  it('names what is wrong', () => {
    const x = tf.zeros<tf.Rank.R4>([1, 2, 2, 3]);
    const weight = tf.zeros<tf.Rank.R4>([3, 3, 1, 1]);
    const bias = tf.zeros<tf.Rank.R1>([3]);
    expect(() => pointwiseGeluResidual({ x, branches: [], weight, bias })).toThrow(/branches: got none/);
    expect(() => pointwiseGeluResidual({ x, branches: [x, x], weight, bias })).toThrow(
      /weight: got shape \[3, 3, 1, 1\], wanted \[3, 6, 1, 1\]/,
    );
    expect(() => pointwiseGeluResidual({ x, branches: [{ scale: x }], weight, bias })).toThrow(
      /branches\[0\].scale: got shape \[1, 2, 2, 3\], wanted \[1, 2, 2, 1\]/,
    );
    tf.dispose([x, weight, bias]);
  });
});
