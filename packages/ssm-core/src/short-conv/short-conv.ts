import { checkShape } from '@prismamba/core';
import type * as tf from '@tensorflow/tfjs-core';
import { shortConvOperator, type ShortConvArgs } from './short-conv.operator.js';

export type { ShortConvArgs };

/**
 * Causal convolution and SiLU of a Mamba block over many short sequences, token-major:
 *
 *     v_t = bias + sum_j weight_j x_{t-K+1+j},  x = 0 before each sequence;   u = v sigmoid(v)
 *
 * @returns u, [T, D].
 * @throws Error for a wrong shape, or a T that is no multiple of `length`.
 */
export function shortConv(args: ShortConvArgs): tf.Tensor2D {
  const { both, weight, bias, length } = args;
  checkShape('shortConv', 'weight', weight, ['D', 1, 'K']);
  const inner = weight.shape[0];
  checkShape('shortConv', 'both', both, ['T', 2 * inner]);
  checkShape('shortConv', 'bias', bias, [inner]);
  const tokens = both.shape[0];
  if (!Number.isInteger(length) || length < 1 || tokens % length !== 0) {
    throw new Error(`shortConv: length: got ${length} for ${tokens} tokens, wanted a divisor of them`);
  }
  return shortConvOperator.run({ both, weight, bias }, { length }).u;
}
