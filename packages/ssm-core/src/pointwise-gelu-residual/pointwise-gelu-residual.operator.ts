import { defineOperator } from '@prismamba/core/operator';
import * as tf from '@tensorflow/tfjs-core';
import { gelu } from '@prismamba/core/gelu';

/**
 * One input of the fused convolution: a map [B, H, W, C_k], or `{ scale }`, which stands for x times a factor of shape
 * [B, H, W, 1] (an attention map) or [B, 1, 1, C] (a gate a sample) without forming the product.
 */
export type PointwiseBranch = tf.Tensor4D | { readonly scale: tf.Tensor4D };

export interface PointwiseGeluResidualArgs {
  /** Residual, [B, H, W, C]. */
  readonly x: tf.Tensor4D;
  /** What is fused, one or more, in the order of the weight's input channels. */
  readonly branches: readonly PointwiseBranch[];
  /** 1x1 convolution, official layout [C, sum C_k, 1, 1]. */
  readonly weight: tf.Tensor4D;
  /** [C]. */
  readonly bias: tf.Tensor1D;
}

export interface PointwiseGeluResidualInputs extends Omit<PointwiseGeluResidualArgs, 'branches'> {
  /** A map or a factor each. */
  readonly branches: readonly tf.Tensor4D[];
}

/** What a branch is: a map, or a factor of x for each pixel, or for each sample and channel. */
export type BranchKind = 'map' | 'perPixel' | 'perSample';

export interface PointwiseGeluResidualAttributes {
  readonly kinds: readonly BranchKind[];
}

/**
 * Saved: the inputs; the convolution v is computed again. dv = dout GELU'(v):
 *
 *   dx = dout + sum over factors of dbranch_k s_k;   dbranch_k = weight[:, C_k]^T dv;   dweight[:, C_k] = dv branch_k^T
 *   ds_k = dbranch_k x, summed over channels (a pixel's factor) or pixels (a sample's);   dbias = sum dv
 */
export const pointwiseGeluResidualOperator = /* @__PURE__ */ defineOperator({
  name: 'PointwiseGeluResidual',
  inputs: { x: 'required', weight: 'required', bias: 'required', branches: 'list' },
  attributes: { kinds: 'strings' },
  outputs: ['out'],
  kernels: { wasm: '@prismamba/ssm-core/wasm', webgpu: '@prismamba/ssm-core/webgpu' },
  saved: { inputs: 'all' },
  composed,
});

/** One matrix product a branch, no concatenation. */
function composed(
  { x, branches, weight, bias }: PointwiseGeluResidualInputs,
  { kinds }: PointwiseGeluResidualAttributes,
): { out: tf.Tensor4D } {
  const outputs = weight.shape[0];
  const out = tf.tidy(() => {
    const matrix = tf.reshape<tf.Rank.R2>(weight, [outputs, weight.shape[1]]); // [C, sum C_k]
    let first = 0;
    const products = branches.map((given, k) => {
      const branch = kinds[k] === 'map' ? given : tf.mul(x, given); // [B, H, W, C_k]
      const channels = branch.shape[3]!;
      const part = tf.slice(matrix, [0, first], [outputs, channels]); // [C, C_k]
      first += channels;
      return tf.matMul(tf.reshape(branch, [-1, channels]), part, false, true); // [BL, C]
    });
    const v = tf.add(
      products.reduce((sum, product) => tf.add(sum, product)),
      bias,
    );
    return tf.add<tf.Tensor4D>(x, tf.reshape(gelu(v), x.shape)); // [B, H, W, C]
  });
  return { out };
}
