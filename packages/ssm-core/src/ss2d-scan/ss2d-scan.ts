import type { Tensor1D, Tensor2D, Tensor3D, Tensor4D } from '@tensorflow/tfjs-core';
import { checkShape } from '@prismamba/core';
import { runSs2dScan } from './ss2d-scan.gradient.js';
import './ss2d-scan.cpu.js'; // registers the float64 kernels
import './ss2d-scan.wasm.js'; // registers the SIMD kernels

export interface Ss2dScanArgs {
  /** Features, [B, H, W, D]. */
  readonly x: Tensor4D;
  /** Makes (delta low-rank, B, C) of each direction, [4, R + 2N, D]. */
  readonly xProjWeight: Tensor3D;
  /** Expands the low-rank delta, [4, D, R]. */
  readonly dtProjsWeight: Tensor3D;
  /** Added to delta before softplus, [4, D]. */
  readonly dtProjsBias: Tensor2D;
  /** A = -exp(ALogs), [4 D, N], row k D + d. */
  readonly ALogs: Tensor2D;
  /** Skip, [4 D]. */
  readonly Ds: Tensor1D;
}

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
  const { x, xProjWeight, dtProjsWeight, dtProjsBias, ALogs, Ds } = args;
  checkShape('ss2dScan', 'x', x, ['B', 'H', 'W', 'D']);
  const D = x.shape[3];
  checkShape('ss2dScan', 'ALogs', ALogs, [4 * D, 'N']);
  checkShape('ss2dScan', 'dtProjsWeight', dtProjsWeight, [4, D, 'R']);
  checkShape('ss2dScan', 'xProjWeight', xProjWeight, [4, dtProjsWeight.shape[2] + 2 * ALogs.shape[1], D]);
  checkShape('ss2dScan', 'dtProjsBias', dtProjsBias, [4, D]);
  checkShape('ss2dScan', 'Ds', Ds, [4 * D]);
  return runSs2dScan(args);
}
