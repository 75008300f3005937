import * as tf from '@tensorflow/tfjs-core';
import { crossMergeComposed, crossScanComposed } from '../cross-scan/cross-scan.composed.js';
import { selectiveScanComposed } from '../selective-scan/selective-scan.composed.js';
import type { Ss2dScanArgs } from './ss2d-scan.js';

/** {@link ss2dScan} as separate operators: cross scan, projections, selective scan with 4 groups, cross merge. */
export function ss2dScanComposed(args: Ss2dScanArgs): tf.Tensor4D {
  const { x, xProjWeight, dtProjsWeight, dtProjsBias, ALogs, Ds } = args;
  const [batch, height, width, D] = x.shape;
  const length = height * width;
  const R = dtProjsWeight.shape[2];
  const N = ALogs.shape[1];
  return tf.tidy(() => {
    const xs = crossScanComposed(x, [0, 1, 2, 3]); // [B, 4, L, D]
    const perSample = (w: tf.Tensor3D) =>
      batch === 1
        ? tf.expandDims<tf.Tensor4D>(w, 0)
        : tf.tile(tf.expandDims<tf.Tensor4D>(w, 0), [batch, 1, 1, 1]);
    const projected = tf.matMul(xs, perSample(xProjWeight), false, true); // [B, 4, L, R + 2N]
    const [low, B, C] = tf.split(projected, [R, N, N], 3) as [tf.Tensor4D, tf.Tensor4D, tf.Tensor4D];
    const delta = tf.matMul(perSample(dtProjsWeight), low, false, true); // [B, 4, D, L]
    const { y } = selectiveScanComposed({
      u: tf.reshape(tf.transpose(xs, [0, 1, 3, 2]), [batch, 4 * D, length]),
      delta: tf.reshape(delta, [batch, 4 * D, length]),
      A: tf.neg(tf.exp(ALogs)),
      B: tf.transpose(B, [0, 1, 3, 2]), // [B, 4, N, L]
      C: tf.transpose(C, [0, 1, 3, 2]),
      D: Ds,
      deltaBias: tf.reshape(dtProjsBias, [4 * D]),
      deltaSoftplus: true,
    });
    const sequences = tf.transpose(tf.reshape<tf.Rank.R4>(y, [batch, 4, D, length]), [0, 1, 3, 2]); // [B, 4, L, D]
    return crossMergeComposed(sequences, [0, 1, 2, 3], height, width);
  });
}
