import * as tf from '@tensorflow/tfjs-core';
import { crossMerge, crossScan } from '../cross-scan/cross-scan.js';
import { SCAN_DIRECTIONS, type ScanMode } from '../cross-scan/scan-directions.js';
import { selectiveScanOutput } from '../selective-scan/selective-scan.js';
import type { Ss2dScanArgs } from './ss2d-scan.operator.js';

/** Numbers of directions that SS2D can have; 4 is VMamba's cross scan and has the fused operator `ss2dScan`. */
export const DIRECTION_COUNTS = [1, 2, 4] as const;
export type DirectionCount = (typeof DIRECTION_COUNTS)[number];

const modes = Object.keys(SCAN_DIRECTIONS) as ScanMode[];
const modeOf = (count: number): ScanMode => modes.find((mode) => SCAN_DIRECTIONS[mode].length === count)!;

/**
 * The scan of `ss2dScan` with K directions, K the first size of `xProjWeight`: 1 (row-major), 2 (row-major and its reverse) or 4.
 * Out of cross scan, projections, selective scan and cross merge, each an operator with its own kernel and gradient; the
 * projections are tensors of their own, so it needs more memory than the fused operator.
 *
 * @returns [B, H, W, D].
 */
export function scanByDirections(args: Ss2dScanArgs): tf.Tensor4D {
  const { x, xProjWeight, dtProjsWeight, dtProjsBias, ALogs, Ds } = args;
  const [batch, height, width, D] = x.shape;
  const [K] = xProjWeight.shape;
  const length = height * width;
  const R = dtProjsWeight.shape[2];
  const N = ALogs.shape[1];
  const mode = modeOf(K);
  return tf.tidy(() => {
    const perSample = (w: tf.Tensor3D) => tf.tile(tf.expandDims<tf.Tensor4D>(w, 0), [batch, 1, 1, 1]);
    const xs = crossScan(x, mode); // [B, K, L, D]
    const projected = tf.matMul(xs, perSample(xProjWeight), false, true); // [B, K, L, R + 2N]
    const [low, B, C] = tf.split(projected, [R, N, N], 3) as [tf.Tensor4D, tf.Tensor4D, tf.Tensor4D];
    const delta = tf.matMul(perSample(dtProjsWeight), low, false, true); // [B, K, D, L]
    const y = selectiveScanOutput({
      u: tf.reshape<tf.Rank.R3>(tf.transpose(xs, [0, 1, 3, 2]), [batch, K * D, length]),
      delta: tf.reshape<tf.Rank.R3>(delta, [batch, K * D, length]),
      A: tf.neg(tf.exp(ALogs)),
      B: tf.transpose(B, [0, 1, 3, 2]), // [B, K, N, L]
      C: tf.transpose(C, [0, 1, 3, 2]),
      D: Ds,
      deltaBias: tf.reshape<tf.Rank.R1>(dtProjsBias, [K * D]),
      deltaSoftplus: true,
    });
    const sequences = tf.transpose(tf.reshape<tf.Rank.R4>(y, [batch, K, D, length]), [0, 1, 3, 2]); // [B, K, L, D]
    return crossMerge(sequences, height, width, mode);
  });
}
