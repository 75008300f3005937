import { requireArrays, runOnArrays, type ArrayGradients, type FloatArray } from '../simd/on-arrays.simd.js';
import { ssdScanKernels } from './ssd-scan.simd.js';
import { checkSsdScanShapes } from './ssd-scan.shapes.js';

export interface SsdScanArrays {
  /** Input, [B, L, H, P]: H heads of P channels. */
  readonly x: FloatArray;
  /** Step size of each head before bias and softplus, [B, L, H]. */
  readonly dt: FloatArray;
  /** One decay rate a head, [H], negative. */
  readonly A: FloatArray;
  /** Input matrices, [B, L, G, N]; each group serves H/G consecutive heads. */
  readonly B: FloatArray;
  /** Output matrices, [B, L, G, N]. */
  readonly C: FloatArray;
  /** Skip, [H, P]; none unless given. */
  readonly D?: FloatArray | undefined;
  /** Added to dt, [H]. */
  readonly dtBias?: FloatArray | undefined;
  /** State before the first token, [B, H, P, N]; zero unless given. */
  readonly initialStates?: FloatArray | undefined;
}

export interface SsdScanArraysOptions {
  /** delta = softplus(dt + dtBias); false unless stated. */
  readonly dtSoftplus?: boolean;
  /** Keeps what `backward` needs; false unless stated. */
  readonly record?: boolean;
}

export interface SsdScanArraysResult {
  /** [B, L, H, P]. */
  readonly y: FloatArray;
  /** State after the last token, [B, H, P, N]. */
  readonly finalStates: FloatArray;
  /** With `record`: the gradients of every input that was given, by those of the results (zero where not given). */
  readonly backward?: (
    upstream: Partial<Record<'y' | 'finalStates', FloatArray>>,
  ) => ArrayGradients<SsdScanArrays>;
}

const operator = {
  caller: 'ssdScan',
  kernels: ssdScanKernels,
  outputs: ['y', 'finalStates'],
  intermediates: ['states'],
} as const;

/**
 * The scan of Mamba-2, state-space duality (Dao and Gu, arXiv 2405.21060, section 6), on plain arrays: a scalar decay a head.
 *
 *     delta_t = softplus(dt_t + dtBias);  S_t = exp(A delta_t) S_{t-1} + delta_t x_t B_t^T;  y_t = S_t C_t + D x_t
 *
 * @throws Error for a missing array, a wrong shape, data that do not fit it, or an engine without SIMD.
 */
export function ssdScan(
  inputs: SsdScanArrays,
  { dtSoftplus = false, record = false }: SsdScanArraysOptions = {},
): SsdScanArraysResult {
  requireArrays('ssdScan', inputs, ['x', 'dt', 'A', 'B', 'C']);
  checkSsdScanShapes(inputs);
  const { D, x } = inputs;
  if (D !== undefined && D.shape[1] !== x.shape[3]) {
    throw new Error(
      `ssdScan: D: got shape [${D.shape.join(', ')}], wanted [${x.shape[2]}, ${x.shape[3]}]: the kernels take a skip for every channel`,
    );
  }
  const { outputs, backward } = runOnArrays(operator, inputs, { dtSoftplus, chunkSize: 64 }, record);
  const { y, finalStates } = outputs;
  return backward === undefined ? { y, finalStates } : { y, finalStates, backward };
}
