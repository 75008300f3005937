import type { Tensor4D } from '@tensorflow/tfjs-core';
import { ss2dScanOperator, type Ss2dScanArgs } from './ss2d-scan.operator.js';
import { checkSs2dScanShapes } from './ss2d-scan.shapes.js';

export type { Ss2dScanArgs };

/**
 * The four-direction scan of SS2D in one operator (VMamba, arXiv 2401.10166, section 4; GMSR-Net, section III-B): for
 * each direction k (row-major, column-major, and both reversed) over the tokens x_t,
 *
 *     (low_t, B_t, C_t) = x_proj_k x_t;   delta_t = softplus(dt_proj_k low_t + bias_k)
 *     h_t = exp(delta_t A_k) h_{t-1} + delta_t x_t B_t;   y_t = C_t . h_t + D_k x_t
 *
 * and the four results are put back into the map and summed. What follows in SS2D (norm, gate, out_proj) is
 * `mergeNormGateLinear`.
 *
 * @returns [B, H, W, D].
 * @throws Error for a wrong shape.
 */
export function ss2dScan(args: Ss2dScanArgs): Tensor4D {
  checkSs2dScanShapes(args);
  const { x, xProjWeight, dtProjsWeight, dtProjsBias, ALogs, Ds } = args;
  return ss2dScanOperator.run({ x, xProjWeight, dtProjsWeight, dtProjsBias, ALogs, Ds }).y;
}
