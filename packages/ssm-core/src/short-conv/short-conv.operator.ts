import { defineOperator } from '@prismamba/core/operator';
import * as tf from '@tensorflow/tfjs-core';
import { causalConv1d } from '../causal-conv1d/causal-conv1d.js';

export interface ShortConvInputs {
  /** The input x is its first half, [T, 2D]: the output of a Mamba block's in_proj as it is. */
  readonly both: tf.Tensor2D;
  /** One kernel a channel, official layout [D, 1, K]. */
  readonly weight: tf.Tensor3D;
  /** [D] */
  readonly bias: tf.Tensor1D;
}

export interface ShortConvAttributes {
  /** Tokens a sequence, L; T is a multiple of it. */
  readonly length: number;
}

export interface ShortConvArgs extends ShortConvInputs, ShortConvAttributes {}

/**
 * Saved: the inputs. dv = du SiLU'(v), SiLU'(v) = sigmoid(v) (1 + v (1 - sigmoid(v)));
 * dx_{t-K+1+j} += weight_j dv_t;   dweight_j = sum_t dv_t x_{t-K+1+j};   dbias = sum_t dv_t
 */
export const shortConvOperator = /* @__PURE__ */ defineOperator({
  name: 'ShortConv',
  inputs: { both: 'required', weight: 'required', bias: 'required' },
  attributes: { length: 'number' },
  outputs: ['u'],
  kernels: { wasm: '@prismamba/ssm-core/wasm', webgpu: '@prismamba/ssm-core/webgpu' },
  saved: { inputs: 'all' },
  composed,
});

function composed(
  { both, weight, bias }: ShortConvInputs,
  { length }: ShortConvAttributes,
): { u: tf.Tensor2D } {
  const tokens = both.shape[0];
  const inner = weight.shape[0];
  const u = tf.tidy(() => {
    const x = tf.reshape<tf.Rank.R3>(tf.slice(both, [0, 0], [tokens, inner]), [
      tokens / length,
      length,
      inner,
    ]);
    const v = tf.reshape<tf.Rank.R2>(causalConv1d({ x, weight, bias }), [tokens, inner]);
    return tf.mul<tf.Tensor2D>(v, tf.sigmoid(v));
  });
  return { u };
}
