import * as tf from '@tensorflow/tfjs-core';
import {
  selectiveScanOperator,
  type SelectiveScanAttributes,
  type SelectiveScanInputs,
  type SelectiveScanResult,
} from './selective-scan.operator.js';
import { checkSelectiveScanShapes } from './selective-scan.shapes.js';

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
  checkSelectiveScanShapes(args, withLastState ? 'selectiveScan' : 'selectiveScanOutput');
  const { z, deltaSoftplus = false, reverse = false, ...inputs } = args;
  return tf.tidy(() => {
    const { y, lastState } = selectiveScanOperator.run(inputs, { deltaSoftplus, reverse, withLastState });
    return { y: z === undefined ? y : tf.mul<tf.Tensor3D>(y, tf.mul(z, tf.sigmoid(z))), lastState };
  });
}
