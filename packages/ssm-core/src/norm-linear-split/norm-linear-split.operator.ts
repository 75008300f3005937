import { defineOperator } from '@prismamba/core/operator';
import * as tf from '@tensorflow/tfjs-core';
import { layerNorm } from '../layer-norm/layer-norm.js';

export interface NormLinearSplitInputs {
  /** Features, [B, H, W, C]. */
  readonly x: tf.Tensor4D;
  /** The linear layer, official layout [2D, C], no bias. */
  readonly weight: tf.Tensor2D;
  /** Scale and shift of the layer norm, [C]; both absent: no layer norm. */
  readonly gamma?: tf.Tensor1D | undefined;
  readonly beta?: tf.Tensor1D | undefined;
}

export interface NormLinearSplitAttributes {
  /** Added to the variance. */
  readonly epsilon: number;
  /** False: only u is wanted, and z is empty. */
  readonly gate: boolean;
}

export interface NormLinearSplitArgs
  extends NormLinearSplitInputs, Partial<Pick<NormLinearSplitAttributes, 'epsilon'>> {}

/**
 * Saved: the inputs; the normalised tokens n are computed again. With dn = weight^T [du, dz]:
 *
 *   dweight = [du, dz]^T n';   dx = (g - mean g - xhat mean(g xhat)) / sigma,  g = dn gamma;   dgamma = sum dn xhat;   dbeta = sum dn
 */
export const normLinearSplitOperator = /* @__PURE__ */ defineOperator({
  name: 'NormLinearSplit',
  inputs: { x: 'required', weight: 'required', gamma: 'optional', beta: 'optional' },
  attributes: { epsilon: 'number', gate: 'boolean' },
  outputs: ['u', 'z'],
  kernels: { wasm: '@prismamba/ssm-core/wasm', webgpu: '@prismamba/ssm-core/webgpu' },
  saved: { inputs: 'all' },
  composed,
});

function composed(
  { x, weight, gamma, beta }: NormLinearSplitInputs,
  { epsilon, gate }: NormLinearSplitAttributes,
): { u: tf.Tensor4D; z: tf.Tensor4D } {
  const [batch, height, width, channels] = x.shape;
  const inner = weight.shape[0] / 2;
  return tf.tidy(() => {
    const input = gamma === undefined || beta === undefined ? x : layerNorm({ x, gamma, beta, epsilon }); // [B, H, W, C]
    const rows = tf.reshape<tf.Rank.R2>(input, [-1, channels]); // [BL, C]
    const both = tf.matMul(rows, weight, false, true); // [BL, 2D]
    const half = (k: 0 | 1): tf.Tensor4D =>
      tf.reshape(tf.slice(both, [0, k * inner], [-1, inner]), [batch, height, width, inner]); // [B, H, W, D]
    return { u: half(0), z: gate ? half(1) : tf.zeros<tf.Rank.R4>([0, 0, 0, 0]) };
  });
}
