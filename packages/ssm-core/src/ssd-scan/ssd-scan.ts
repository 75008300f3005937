import * as tf from '@tensorflow/tfjs-core';
import {
  ssdScanOperator,
  type SsdScanAttributes,
  type SsdScanInputs,
  type SsdScanResult,
} from './ssd-scan.operator.js';
import { checkSsdScanShapes } from './ssd-scan.shapes.js';

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
  checkSsdScanShapes(args);
  const { dtSoftplus = false, chunkSize = 64, ...inputs } = args;
  const { D } = inputs;
  if (!Number.isInteger(chunkSize) || chunkSize < 1) {
    throw new Error(`ssdScan: chunkSize: got ${chunkSize}, wanted a whole number >= 1`);
  }
  const [, , heads, P] = inputs.x.shape;
  return tf.tidy(() => {
    // Kernels take a skip for every channel.
    const skip = D !== undefined && ssdScanOperator.hasKernel() ? tf.broadcastTo(D, [heads, P]) : D;
    const { y, finalStates } = ssdScanOperator.run({ ...inputs, D: skip }, { dtSoftplus, chunkSize });
    return { y, finalStates };
  });
}
