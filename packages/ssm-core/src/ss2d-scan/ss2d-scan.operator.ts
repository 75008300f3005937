import { defineOperator } from '@prismamba/core/operator';
import * as tf from '@tensorflow/tfjs-core';
import { crossMergeOperator, crossScanOperator } from '../cross-scan/cross-scan.operator.js';
import { selectiveScanOperator } from '../selective-scan/selective-scan.operator.js';

export interface Ss2dScanArgs {
  /** Features, [B, H, W, D]. */
  readonly x: tf.Tensor4D;
  /** Makes (delta low-rank, B, C) of each direction, [4, R + 2N, D]. */
  readonly xProjWeight: tf.Tensor3D;
  /** Expands the low-rank delta, [4, D, R]. */
  readonly dtProjsWeight: tf.Tensor3D;
  /** Added to delta before softplus, [4, D]. */
  readonly dtProjsBias: tf.Tensor2D;
  /** A = -exp(ALogs), [4 D, N], row k D + d. */
  readonly ALogs: tf.Tensor2D;
  /** Skip, [4 D]. */
  readonly Ds: tf.Tensor1D;
}

/**
 * Saved: the inputs and the state at the start of every 64 tokens ([B, 4, chunks, Dp N]: D floats a token over the four
 * directions). Everything else is computed again, by the formulas of `selective-scan.operator.ts` with
 * dxProj_k = sum dproj x^T, dx += xProj_k^T dproj.
 */
export const ss2dScanOperator = /* @__PURE__ */ defineOperator({
  name: 'SS2DScan',
  inputs: {
    x: 'required',
    xProjWeight: 'required',
    dtProjsWeight: 'required',
    dtProjsBias: 'required',
    ALogs: 'required',
    Ds: 'required',
  },
  attributes: {},
  outputs: ['y'],
  kernels: { wasm: '@prismamba/ssm-core/wasm', webgpu: '@prismamba/ssm-core/webgpu' },
  saved: { inputs: 'all', intermediates: ['states'] },
  composed,
});

/** As separate operators: cross scan, projections, selective scan with 4 groups, cross merge. */
function composed({ x, xProjWeight, dtProjsWeight, dtProjsBias, ALogs, Ds }: Ss2dScanArgs): {
  y: tf.Tensor4D;
} {
  const [batch, height, width, D] = x.shape;
  const length = height * width;
  const R = dtProjsWeight.shape[2];
  const N = ALogs.shape[1];
  const maps = { directions: [0, 1, 2, 3], height, width };
  return tf.tidy(() => {
    const { y: xs } = crossScanOperator.composed({ x }, maps); // [B, 4, L, D]
    const perSample = (w: tf.Tensor3D) =>
      batch === 1
        ? tf.expandDims<tf.Tensor4D>(w, 0)
        : tf.tile(tf.expandDims<tf.Tensor4D>(w, 0), [batch, 1, 1, 1]);
    const projected = tf.matMul(xs, perSample(xProjWeight), false, true); // [B, 4, L, R + 2N]
    const [low, B, C] = tf.split(projected, [R, N, N], 3) as [tf.Tensor4D, tf.Tensor4D, tf.Tensor4D];
    const delta = tf.matMul(perSample(dtProjsWeight), low, false, true); // [B, 4, D, L]
    const scan = {
      u: tf.reshape<tf.Rank.R3>(tf.transpose(xs, [0, 1, 3, 2]), [batch, 4 * D, length]),
      delta: tf.reshape<tf.Rank.R3>(delta, [batch, 4 * D, length]),
      A: tf.neg(tf.exp(ALogs)),
      B: tf.transpose(B, [0, 1, 3, 2]), // [B, 4, N, L]
      C: tf.transpose(C, [0, 1, 3, 2]),
      D: Ds,
      deltaBias: tf.reshape<tf.Rank.R1>(dtProjsBias, [4 * D]),
    };
    const { y } = selectiveScanOperator.composed(scan, {
      deltaSoftplus: true,
      reverse: false,
      withLastState: false,
    });
    const sequences = tf.transpose(tf.reshape<tf.Rank.R4>(y, [batch, 4, D, length]), [0, 1, 3, 2]); // [B, 4, L, D]
    return { y: crossMergeOperator.composed({ y: sequences }, maps).x };
  });
}
