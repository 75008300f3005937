import * as tf from '@tensorflow/tfjs-core';
import { causalConv1d } from '../causal-conv1d/causal-conv1d.js';
import { checkShape } from '@prismamba/core';
import { hasKernel } from '../simd/usable.wasm.js';
import { SHORT_CONV } from './short-conv.gradient.js';
import './short-conv.wasm.js'; // registers the SIMD kernels

export interface ShortConvArgs {
  /** The input x is its first half, [T, 2D]: the output of a Mamba block's in_proj as it is. */
  readonly both: tf.Tensor2D;
  /** One kernel a channel, official layout [D, 1, K]. */
  readonly weight: tf.Tensor3D;
  /** [D] */
  readonly bias: tf.Tensor1D;
  /** Tokens a sequence, L; T is a multiple of it. */
  readonly length: number;
}

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
  if (inner < 4 || !hasKernel(SHORT_CONV)) return shortConvComposed(args);
  return tf.engine().runKernel(SHORT_CONV, { both, weight, bias }, { length });
}

/** {@link shortConv} out of TensorFlow.js operators, for any backend. */
export function shortConvComposed({ both, weight, bias, length }: ShortConvArgs): tf.Tensor2D {
  const tokens = both.shape[0];
  const inner = weight.shape[0];
  return tf.tidy(() => {
    const x = tf.reshape<tf.Rank.R3>(tf.slice(both, [0, 0], [tokens, inner]), [
      tokens / length,
      length,
      inner,
    ]);
    const v = tf.reshape<tf.Rank.R2>(causalConv1d({ x, weight, bias }), [tokens, inner]);
    return tf.mul<tf.Tensor2D>(v, tf.sigmoid(v));
  });
}
