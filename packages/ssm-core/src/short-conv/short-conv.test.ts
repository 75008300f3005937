import { expectRelativeError, operatorSuite } from '@prismamba/testing';
import * as tf from '@tensorflow/tfjs-core';
import '@tensorflow/tfjs-layers'; // registers the gradients of TensorFlow.js' own operators
import { describe, expect, it } from 'vitest';
import { shortConvOperator } from './short-conv.operator.js';
import { shortConvReference, shortConvReferenceGradient } from './short-conv.reference.js';
import { shortConv, type ShortConvArgs } from './short-conv.js';

type Name = 'both' | 'weight' | 'bias';
const inputs = (tokens: number, D: number, K: number) => ({
  both: { shape: [tokens, 2 * D], scale: 2 },
  weight: { shape: [D, 1, K] },
  bias: { shape: [D] },
});

function suite(
  length: number,
  label: string,
  kernels: Parameters<typeof operatorSuite>[0]['kernels'],
  cases: Record<string, ReturnType<typeof inputs>>,
): void {
  const typed = (tensors: Readonly<Record<Name, tf.Tensor>>) =>
    ({ ...tensors, length }) as Record<Name, tf.Tensor> & { length: number } as ShortConvArgs;
  operatorSuite<Name>({
    name: `shortConv, ${label}`,
    cases,
    reference: (values) => [shortConvReference(values, { length })],
    gradient: (values, _, [du]) => ({ ...shortConvReferenceGradient(values, { length }, du!) }),
    operator: (tensors) => [shortConv(typed(tensors))],
    composed: (tensors) => [shortConvOperator.composed(typed(tensors), { length }).u],
    kernels,
  });
}

const kernels = { wasm: shortConvOperator.name, webgpu: shortConvOperator.name };
suite(4, 'M3SR, four tokens a sequence', kernels, {
  'two sequences': inputs(8, 5, 4),
  'more than a group': inputs(132, 62, 4),
});
suite(1, 'one token a sequence', kernels, { one: inputs(1, 4, 4), three: inputs(3, 6, 2) });
suite(9, 'nine tokens, a kernel of 3', kernels, { three: inputs(27, 7, 3) });
suite(2, 'fewer channels than a vector: composed', {}, { three: inputs(6, 3, 4) });

describe('shortConv', () => {
  it('the first token sees no other: by hand', async () => {
    const u = tf.tidy(() =>
      shortConv({
        both: tf.ones([2, 8]),
        weight: tf.tensor3d([1, 2, 1, 2, 1, 2, 1, 2], [4, 1, 2]),
        bias: tf.zeros([4]),
        length: 2,
      }),
    );
    const silu = (v: number) => v / (1 + Math.exp(-v));
    expectRelativeError(await u.data(), [2, 2, 2, 2, 3, 3, 3, 3].map(silu), 1e-6);
    u.dispose();
  });

  it('names the argument that is wrong', () => {
    tf.tidy(() => {
      const weight = tf.zeros<tf.Rank.R3>([4, 1, 4]);
      const bias = tf.zeros<tf.Rank.R1>([4]);
      expect(() => shortConv({ both: tf.zeros([4, 7]), weight, bias, length: 2 })).toThrow(
        'shortConv: both: got shape [4, 7], wanted [T, 8]',
      );
      expect(() => shortConv({ both: tf.zeros([4, 8]), weight, bias, length: 3 })).toThrow(
        'length: got 3 for 4 tokens',
      );
    });
  });
});
