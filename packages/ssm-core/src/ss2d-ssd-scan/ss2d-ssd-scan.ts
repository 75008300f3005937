import type { Tensor4D } from '@tensorflow/tfjs-core';
import { ss2dSsdScanOperator, type Ss2dSsdScanArgs } from './ss2d-ssd-scan.operator.js';
import { checkSs2dSsdScanShapes } from './ss2d-ssd-scan.shapes.js';

export type { Ss2dSsdScanArgs };

/**
 * The four-direction scan of SS2D with the recurrence of Mamba-2, in one operator, as M3SR uses it (arXiv 2601.08293): for
 * each direction k (row-major, column-major, and both reversed) over the tokens x_t, and each head r of P channels,
 *
 *     (dt_t, B_t, C_t) = x_proj_k x_t;   delta_t = softplus(dt_t + bias_k)
 *     S_t = exp(A_kr delta_tr) S_{t-1} + delta_tr x_tr B_t^T;   y_tr = S_t C_t + D_kr x_tr
 *
 * and the four results are put back into the map and summed.
 *
 * @returns [B, H, W, D].
 * @throws Error for a wrong shape.
 */
export function ss2dSsdScan(args: Ss2dSsdScanArgs): Tensor4D {
  checkSs2dSsdScanShapes(args);
  const { x, xProjWeight, dtProjsBias, ALogs, Ds } = args;
  return ss2dSsdScanOperator.run({ x, xProjWeight, dtProjsBias, ALogs, Ds }).y;
}
