import { checkShape } from '@prismamba/core';
import * as tf from '@tensorflow/tfjs-core';
import {
  selectiveScanOperator,
  type SelectiveScanAttributes,
  type SelectiveScanInputs,
  type SelectiveScanResult,
} from './selective-scan.operator.js';

export type { SelectiveScanResult };

export interface SelectiveScanArgs
  extends SelectiveScanInputs, Partial<Omit<SelectiveScanAttributes, 'withLastState'>> {
  /** Gate, [B, D, L]: the output is multiplied by SiLU(z); none unless given. */
  readonly z?: tf.Tensor3D;
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
  return run(args, true);
}

/**
 * {@link selectiveScan} without its last state, which is as large as N/L times the input: for many short sequences.
 *
 * @returns y, [B, D, L].
 */
export function selectiveScanOutput(args: SelectiveScanArgs): tf.Tensor3D {
  return tf.tidy(() => run(args, false).y);
}

function run(args: SelectiveScanArgs, withLastState: boolean): SelectiveScanResult {
  checkArguments(args);
  const { z, deltaSoftplus = false, reverse = false, ...inputs } = args;
  return tf.tidy(() => {
    const { y, lastState } = selectiveScanOperator.run(inputs, { deltaSoftplus, reverse, withLastState });
    return { y: z === undefined ? y : tf.mul<tf.Tensor3D>(y, tf.mul(z, tf.sigmoid(z))), lastState };
  });
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
