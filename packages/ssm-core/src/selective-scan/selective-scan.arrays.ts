import { requireArrays, runOnArrays, type ArrayGradients, type FloatArray } from '../simd/on-arrays.simd.js';
import { selectiveScanKernels } from './selective-scan.simd.js';
import { checkSelectiveScanShapes } from './selective-scan.shapes.js';

export interface SelectiveScanArrays {
  /** Input, [B, D, L]. */
  readonly u: FloatArray;
  /** Step size before bias and softplus, [B, D, L]. */
  readonly delta: FloatArray;
  /** State matrix (diagonal), [D, N]; negative in Mamba (A = -exp(A_log)). */
  readonly A: FloatArray;
  /** Input matrices, [B, G, N, L]; each group serves D/G consecutive channels. */
  readonly B: FloatArray;
  /** Output matrices, [B, G, N, L]. */
  readonly C: FloatArray;
  /** Skip, [D]; none unless given. */
  readonly D?: FloatArray | undefined;
  /** Added to delta, [D]. */
  readonly deltaBias?: FloatArray | undefined;
  /** State before the first token, [B, D, N]; zero unless given. */
  readonly initialState?: FloatArray | undefined;
}

export interface SelectiveScanArraysOptions {
  /** delta = softplus(delta + deltaBias); false unless stated. */
  readonly deltaSoftplus?: boolean;
  /** Runs from the last token to the first; false unless stated. */
  readonly reverse?: boolean;
  /** Keeps what `backward` needs, N/64 floats a channel and token; false unless stated. */
  readonly record?: boolean;
}

export interface SelectiveScanArraysResult {
  /** [B, D, L]. */
  readonly y: FloatArray;
  /** State after the last token (with `reverse`: after the first), [B, D, N]. */
  readonly lastState: FloatArray;
  /** With `record`: the gradients of every input that was given, by those of the results (zero where not given). */
  readonly backward?: (
    upstream: Partial<Record<'y' | 'lastState', FloatArray>>,
  ) => ArrayGradients<SelectiveScanArrays>;
}

const operator = {
  caller: 'selectiveScan',
  kernels: selectiveScanKernels,
  outputs: ['y', 'lastState'],
  intermediates: ['states'],
} as const;

/**
 * The selective scan of Mamba, S6 (Gu and Dao, arXiv 2312.00752, algorithm 2), on plain arrays:
 *
 *     delta_t = softplus(delta_t + deltaBias);  h_t = exp(delta_t A) h_{t-1} + delta_t u_t B_t;  y_t = C_t . h_t + D u_t
 *
 * The same SIMD kernels and threads as the operator of TensorFlow.js, and the same bits; inputs are copied into a memory of
 * their own and results out of it.
 *
 * @throws Error for a missing array, a wrong shape, data that do not fit it, or an engine without SIMD.
 */
export function selectiveScan(
  inputs: SelectiveScanArrays,
  { deltaSoftplus = false, reverse = false, record = false }: SelectiveScanArraysOptions = {},
): SelectiveScanArraysResult {
  requireArrays('selectiveScan', inputs, ['u', 'delta', 'A', 'B', 'C']);
  checkSelectiveScanShapes(inputs);
  const attributes = { deltaSoftplus, reverse, withLastState: true };
  const { outputs, backward } = runOnArrays(operator, inputs, attributes, record);
  const { y, lastState } = outputs;
  return backward === undefined ? { y, lastState } : { y, lastState, backward };
}
