import { defineOperator } from '@prismamba/core/operator';
import * as tf from '@tensorflow/tfjs-core';
import { layerNorm } from '../layer-norm/layer-norm.js';
import { normLinearSplitOperator } from '../norm-linear-split/norm-linear-split.operator.js';

export interface MergeNormGateLinearInputs {
  /** The merged scan, [B, H, W, D]: the sum over the four directions, as `ss2dScan` returns it. */
  readonly y: tf.Tensor4D;
  /** The gate, [B, H, W, D]. */
  readonly z: tf.Tensor4D;
  /** Scale and shift of the layer norm, [D]. */
  readonly gamma: tf.Tensor1D;
  readonly beta: tf.Tensor1D;
  /** The linear layer, official layout [C, D], no bias. */
  readonly weight: tf.Tensor2D;
}

export interface MergeNormGateLinearAttributes {
  /** Added to the variance; 1e-5 unless stated. */
  readonly epsilon: number;
}

export interface MergeNormGateLinearArgs
  extends MergeNormGateLinearInputs, Partial<MergeNormGateLinearAttributes> {}

/**
 * Saved: the inputs; norm and gate are computed again. With n = LayerNorm(y) and s = SiLU(z), dg = weight^T dout:
 *
 *   dz = dg n SiLU'(z);   dn = dg s, and from it dy, dgamma, dbeta as in a layer norm;   dweight = dout^T (n s)
 */
export const mergeNormGateLinearOperator = /* @__PURE__ */ defineOperator({
  name: 'MergeNormGateLinear',
  inputs: { y: 'required', z: 'required', gamma: 'required', beta: 'required', weight: 'required' },
  attributes: { epsilon: 'number' },
  outputs: ['out'],
  kernels: { wasm: '@prismamba/ssm-core/wasm', webgpu: '@prismamba/ssm-core/webgpu' },
  saved: { inputs: 'all' },
  composed,
});

export interface MergeProjectedGateInputs extends Omit<MergeNormGateLinearInputs, 'z'> {
  /** The tokens in front of the block, [B, H, W, C], from which the gate is projected. */
  readonly x: tf.Tensor4D;
  /** Weight [2D, C] and norm of that projection, as `normLinearSplit` takes them: the gate is its second half. */
  readonly splitWeight: tf.Tensor2D;
  readonly splitGamma?: tf.Tensor1D | undefined;
  readonly splitBeta?: tf.Tensor1D | undefined;
}

/**
 * The same with the gate projected where it is used, so that it is never a map. A part of SS2D as one node, which goes on
 * from the gradient of the gate: under `x` the gradient kernel returns that, [B, H, W, D].
 */
export const mergeProjectedGateOperator = /* @__PURE__ */ defineOperator({
  name: 'MergeProjectedGate',
  inputs: {
    y: 'required',
    x: 'required',
    gamma: 'required',
    beta: 'required',
    weight: 'required',
    splitWeight: 'required',
    splitGamma: 'optional',
    splitBeta: 'optional',
  },
  attributes: { epsilon: 'number' },
  outputs: ['out'],
  kernels: { wasm: '@prismamba/ssm-core/wasm', webgpu: '@prismamba/ssm-core/webgpu' },
  gradients: ['y', 'x', 'gamma', 'beta', 'weight'],
  composed: projectedComposed,
});

function composed(
  { y, z, gamma, beta, weight }: MergeNormGateLinearInputs,
  { epsilon }: MergeNormGateLinearAttributes,
): { out: tf.Tensor4D } {
  const [batch, height, width, inner] = y.shape;
  const outputs = weight.shape[0];
  const out = tf.tidy(() => {
    const gate = tf.mul(z, tf.sigmoid(z)); // [B, H, W, D]
    const gated = tf.mul(layerNorm({ x: y, gamma, beta, epsilon }), gate); // [B, H, W, D]
    const rows = tf.reshape<tf.Rank.R2>(gated, [-1, inner]); // [BL, D]
    return tf.reshape<tf.Rank.R4>(tf.matMul(rows, weight, false, true), [batch, height, width, outputs]); // [B, H, W, C]
  });
  return { out };
}

function projectedComposed(
  { x, splitWeight, splitGamma, splitBeta, ...rest }: MergeProjectedGateInputs,
  { epsilon }: MergeNormGateLinearAttributes,
): { out: tf.Tensor4D } {
  return tf.tidy(() => {
    const split = { x, weight: splitWeight, gamma: splitGamma, beta: splitBeta };
    const { z } = normLinearSplitOperator.composed(split, { epsilon, gate: true });
    return composed({ ...rest, z }, { epsilon });
  });
}
