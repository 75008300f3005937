import * as tf from '@tensorflow/tfjs-core';
import type { Tensor1D, Tensor2D, Tensor3D, Tensor4D } from '@tensorflow/tfjs-core';
import { checkShape } from '@prismamba/core';
import { hasKernel } from '../simd/usable.wasm.js';
import { selectiveScanComposed } from './selective-scan.composed.js';
import { SELECTIVE_SCAN, type SelectiveScanAttributes } from './selective-scan.gradient.js';
import './selective-scan.wasm.js'; // registers the SIMD kernels

export interface SelectiveScanArgs {
  /** Input, [B, D, L]. */
  readonly u: Tensor3D;
  /** Step size before bias and softplus, [B, D, L]. */
  readonly delta: Tensor3D;
  /** State matrix (diagonal), [D, N]; negative in Mamba (A = -exp(A_log)). */
  readonly A: Tensor2D;
  /** Input matrices, [B, G, N, L]; each group serves D/G consecutive channels. */
  readonly B: Tensor4D;
  /** Output matrices, [B, G, N, L]. */
  readonly C: Tensor4D;
  /** Skip, [D]; none unless given. */
  readonly D?: Tensor1D;
  /** Gate, [B, D, L]: the output is multiplied by SiLU(z); none unless given. */
  readonly z?: Tensor3D;
  /** Added to delta, [D]. */
  readonly deltaBias?: Tensor1D;
  /** State before the first token, [B, D, N]; zero unless given. */
  readonly initialState?: Tensor3D;
  /** delta = softplus(delta + deltaBias); false unless stated. */
  readonly deltaSoftplus?: boolean;
  /** Runs from the last token to the first; false unless stated. */
  readonly reverse?: boolean;
}

export interface SelectiveScanResult {
  /** [B, D, L]. */
  readonly y: Tensor3D;
  /** State after the last token (with `reverse`: after the first), [B, D, N]. */
  readonly lastState: Tensor3D;
}

/**
 * The selective scan of Mamba, S6 (Gu and Dao, arXiv 2312.00752, algorithm 2):
 *
 *     delta_t = softplus(delta_t + deltaBias);  h_t = exp(delta_t A) h_{t-1} + delta_t u_t B_t
 *     y_t = (C_t . h_t + D u_t) SiLU(z_t)
 *
 * @throws Error for a wrong shape, or channels that are no multiple of the groups.
 */
export function selectiveScan(args: SelectiveScanArgs): SelectiveScanResult {
  checkArguments(args);
  const [y, lastState] = hasKernel(SELECTIVE_SCAN) ? runKernel(args, true) : composed(args);
  return { y, lastState };
}

/**
 * {@link selectiveScan} without its last state, which is as large as N/L times the input: for many short sequences.
 *
 * @returns y, [B, D, L].
 */
export function selectiveScanOutput(args: SelectiveScanArgs): Tensor3D {
  checkArguments(args);
  return hasKernel(SELECTIVE_SCAN) ? runKernel(args, false)[0] : composed(args)[0];
}

function composed(args: SelectiveScanArgs): [Tensor3D, Tensor3D] {
  const { y, lastState } = selectiveScanComposed(args);
  return [y, lastState];
}

/** The backend's kernel, then the gate: y SiLU(z). */
function runKernel(args: SelectiveScanArgs, withLastState: boolean): [Tensor3D, Tensor3D] {
  const { u, delta, A, B, C, D, z, deltaBias, initialState, deltaSoftplus = false, reverse = false } = args;
  const attributes: SelectiveScanAttributes = {
    deltaSoftplus,
    reverse,
    withLastState,
    saveStates: tf.engine().isTapeOn(),
  };
  const [, channels] = u.shape;
  const result = tf.tidy(() => {
    const none = (): tf.Tensor1D => tf.zeros<tf.Rank.R1>([channels]);
    const inputs = {
      ...{ u, delta, A, B, C, D: D ?? none(), deltaBias: deltaBias ?? none() },
      initialState: initialState ?? tf.zeros<tf.Rank.R1>([0]),
    };
    const [scanned, lastState] = tf
      .engine()
      .runKernel(SELECTIVE_SCAN, inputs, { ...attributes }) as unknown as [tf.Tensor, tf.Tensor];
    const y = z === undefined ? scanned : tf.mul(scanned, tf.mul(z, tf.sigmoid(z)));
    return withLastState ? [y, lastState] : [y];
  });
  return result as [Tensor3D, Tensor3D];
}

function checkArguments(args: SelectiveScanArgs): void {
  const { u, delta, A, B, C, D, z, deltaBias, initialState } = args;
  checkShape('selectiveScan', 'u', u, ['B', 'D', 'L']);
  const [batch, channels, length] = u.shape;
  checkShape('selectiveScan', 'delta', delta, [batch, channels, length]);
  checkShape('selectiveScan', 'A', A, [channels, 'N']);
  const states = A.shape[1];
  checkShape('selectiveScan', 'B', B, [batch, 'G', states, length]);
  const groups = B.shape[1];
  if (channels % groups !== 0) {
    throw new Error(
      `selectiveScan: B: got ${groups} groups for ${channels} channels, wanted a divisor of ${channels}`,
    );
  }
  checkShape('selectiveScan', 'C', C, [batch, groups, states, length]);
  if (D !== undefined) checkShape('selectiveScan', 'D', D, [channels]);
  if (z !== undefined) checkShape('selectiveScan', 'z', z, [batch, channels, length]);
  if (deltaBias !== undefined) checkShape('selectiveScan', 'deltaBias', deltaBias, [channels]);
  if (initialState !== undefined) {
    checkShape('selectiveScan', 'initialState', initialState, [batch, channels, states]);
  }
}
