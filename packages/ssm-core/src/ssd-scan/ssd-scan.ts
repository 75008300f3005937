import { checkShape } from '@prismamba/core';
import * as tf from '@tensorflow/tfjs-core';
import {
  ssdScanOperator,
  type SsdScanAttributes,
  type SsdScanInputs,
  type SsdScanResult,
} from './ssd-scan.operator.js';

export type { SsdScanResult };

export interface SsdScanArgs extends SsdScanInputs, Partial<SsdScanAttributes> {}

/**
 * The scan of Mamba-2, state-space duality (Dao and Gu, arXiv 2405.21060, section 6): a scalar decay a head.
 *
 *     delta_t = softplus(dt_t + dtBias);  S_t = exp(A delta_t) S_{t-1} + delta_t x_t B_t^T;  y_t = S_t C_t + D x_t
 *
 * @throws Error for a wrong shape, a number of heads that is no multiple of the groups, or a chunk size below 1.
 */
export function ssdScan(args: SsdScanArgs): SsdScanResult {
  const { dtSoftplus = false, chunkSize = 64, ...inputs } = args;
  const { x, dt, A, B, C, D, dtBias, initialStates } = inputs;
  checkShape('ssdScan', 'x', x, ['B', 'L', 'H', 'P']);
  const [batch, length, heads, P] = x.shape;
  checkShape('ssdScan', 'dt', dt, [batch, length, heads]);
  checkShape('ssdScan', 'A', A, [heads]);
  checkShape('ssdScan', 'B', B, [batch, length, 'G', 'N']);
  const [, , groups, N] = B.shape;
  if (heads % groups !== 0) {
    throw new Error(`ssdScan: B: got ${groups} groups for ${heads} heads, wanted a divisor of ${heads}`);
  }
  checkShape('ssdScan', 'C', C, [batch, length, groups, N]);
  if (D !== undefined) checkShape('ssdScan', 'D', D, [heads, D.shape[1] === 1 ? 1 : P]);
  if (dtBias !== undefined) checkShape('ssdScan', 'dtBias', dtBias, [heads]);
  if (initialStates !== undefined)
    checkShape('ssdScan', 'initialStates', initialStates, [batch, heads, P, N]);
  if (!Number.isInteger(chunkSize) || chunkSize < 1) {
    throw new Error(`ssdScan: chunkSize: got ${chunkSize}, wanted a whole number >= 1`);
  }
  return tf.tidy(() => {
    // Kernels take a skip for every channel.
    const skip = D !== undefined && ssdScanOperator.hasKernel() ? tf.broadcastTo(D, [heads, P]) : D;
    const { y, finalStates } = ssdScanOperator.run({ ...inputs, D: skip }, { dtSoftplus, chunkSize });
    return { y, finalStates };
  });
}
