import { requireArrays, runOnArrays, type ArrayGradients, type FloatArray } from '../simd/on-arrays.simd.js';
import { ss2dScanKernels } from './ss2d-scan.simd.js';
import { checkSs2dScanShapes } from './ss2d-scan.shapes.js';

export interface Ss2dScanArrays {
  /** Features, [B, H, W, D]. */
  readonly x: FloatArray;
  /** Makes (delta low-rank, B, C) of each direction, [4, R + 2N, D]. */
  readonly xProjWeight: FloatArray;
  /** Expands the low-rank delta, [4, D, R]. */
  readonly dtProjsWeight: FloatArray;
  /** Added to delta before softplus, [4, D]. */
  readonly dtProjsBias: FloatArray;
  /** A = -exp(ALogs), [4 D, N], row k D + d; N is a multiple of 4. */
  readonly ALogs: FloatArray;
  /** Skip, [4 D]. */
  readonly Ds: FloatArray;
}

export interface Ss2dScanArraysResult {
  /** [B, H, W, D]. */
  readonly y: FloatArray;
  /** With `record`: the gradients of every input, by that of y. */
  readonly backward?: (upstream: { readonly y: FloatArray }) => ArrayGradients<Ss2dScanArrays>;
}

const operator = {
  caller: 'ss2dScan',
  kernels: ss2dScanKernels,
  outputs: ['y'],
  intermediates: ['states'],
} as const;

/**
 * The four-direction scan of SS2D (VMamba, arXiv 2401.10166, section 4; GMSR-Net, section III-B) on plain arrays: for each
 * direction k (row-major, column-major, and both reversed) over the tokens x_t,
 *
 *     (low_t, B_t, C_t) = x_proj_k x_t;   delta_t = softplus(dt_proj_k low_t + bias_k)
 *     h_t = exp(delta_t A_k) h_{t-1} + delta_t x_t B_t;   y_t = C_t . h_t + D_k x_t
 *
 * and the four results are put back into the map and summed.
 *
 * @throws Error for a missing array, a wrong shape, a number of states N that is no multiple of 4, or an engine without SIMD.
 */
export function ss2dScan(
  inputs: Ss2dScanArrays,
  { record = false }: { readonly record?: boolean } = {},
): Ss2dScanArraysResult {
  requireArrays('ss2dScan', inputs, ['x', 'xProjWeight', 'dtProjsWeight', 'dtProjsBias', 'ALogs', 'Ds']);
  checkSs2dScanShapes(inputs);
  const states = inputs.ALogs.shape[1]!;
  if (states % 4 !== 0) {
    throw new Error(`ss2dScan: ALogs: got N = ${states} states, wanted a multiple of 4`);
  }
  const { outputs, backward } = runOnArrays(operator, inputs, {}, record);
  const y = outputs.y;
  return backward === undefined ? { y } : { y, backward };
}
