import { requireArrays, runOnArrays, type ArrayGradients, type FloatArray } from '../simd/on-arrays.simd.js';
import { checkSs2dSsdScanShapes } from './ss2d-ssd-scan.shapes.js';
import { ss2dSsdScanKernels } from './ss2d-ssd-scan.simd.js';

export interface Ss2dSsdScanArrays {
  /** Features, [B, H, W, D] with D = R P: channel r P + p belongs to head r. */
  readonly x: FloatArray;
  /** Makes (steps of the R heads, B, C) of each direction, [4, R + 2N, D]. */
  readonly xProjWeight: FloatArray;
  /** Added to the steps before softplus, [4, R]. */
  readonly dtProjsBias: FloatArray;
  /** One decay rate a head, A = -exp(ALogs), [4, R]. */
  readonly ALogs: FloatArray;
  /** Skip, [4, R, P]. */
  readonly Ds: FloatArray;
}

export interface Ss2dSsdScanArraysResult {
  /** [B, H, W, D]. */
  readonly y: FloatArray;
  /** With `record`: the gradients of every input, by that of y. */
  readonly backward?: (upstream: { readonly y: FloatArray }) => ArrayGradients<Ss2dSsdScanArrays>;
}

const operator = {
  caller: 'ss2dSsdScan',
  kernels: ss2dSsdScanKernels,
  outputs: ['y'],
  intermediates: ['states'],
} as const;

/**
 * The four-direction scan of SS2D with the recurrence of Mamba-2, as M3SR uses it (arXiv 2601.08293), on plain arrays: for each
 * direction k (row-major, column-major, and both reversed) over the tokens x_t, and each head r of P channels,
 *
 *     (dt_t, B_t, C_t) = x_proj_k x_t;   delta_t = softplus(dt_t + bias_k)
 *     S_t = exp(A_kr delta_tr) S_{t-1} + delta_tr x_tr B_t^T;   y_tr = S_t C_t + D_kr x_tr
 *
 * and the four results are put back into the map and summed.
 *
 * @throws Error for a missing array, a wrong shape, or an engine without SIMD.
 */
export function ss2dSsdScan(
  inputs: Ss2dSsdScanArrays,
  { record = false }: { readonly record?: boolean } = {},
): Ss2dSsdScanArraysResult {
  requireArrays('ss2dSsdScan', inputs, ['x', 'xProjWeight', 'dtProjsBias', 'ALogs', 'Ds']);
  checkSs2dSsdScanShapes(inputs);
  const { outputs, backward } = runOnArrays(operator, inputs, {}, record);
  const y = outputs.y;
  return backward === undefined ? { y } : { y, backward };
}
