import { checkShape } from '@prismamba/core';
import type * as tf from '@tensorflow/tfjs-core';
import { shortScanOperator, type ShortScanArgs } from './short-scan.operator.js';

export type { ShortScanArgs };

/**
 * Selective scan, skip and gate of a Mamba block over many short sequences, token-major (Gu and Dao, arXiv 2312.00752,
 * algorithm 2; M3SR has one sequence of four tokens a pixel):
 *
 *     delta_t = softplus(step_t + bias);   h_t = exp(delta_t A) h_{t-1} + delta_t u_t B_t,  h = 0 before each sequence
 *     y_t = (h_t . C_t + skip u_t) SiLU(z_t)
 *
 * The same as `selectiveScan` on transposed tensors; this form needs no transposes and no slices of z, B and C.
 *
 * @returns y, [T, D].
 * @throws Error for a wrong shape, or a T that is no multiple of `length`.
 */
export function shortScan(args: ShortScanArgs): tf.Tensor2D {
  const { u, step, both, projected, A, bias, skip, length } = args;
  checkShape('shortScan', 'u', u, ['T', 'D']);
  const [tokens, inner] = u.shape;
  checkShape('shortScan', 'A', A, [inner, 'N']);
  const states = A.shape[1];
  checkShape('shortScan', 'step', step, [tokens, inner]);
  checkShape('shortScan', 'both', both, [tokens, 2 * inner]);
  checkShape('shortScan', 'projected', projected, [tokens, 'R + 2N']);
  checkShape('shortScan', 'bias', bias, [inner]);
  checkShape('shortScan', 'skip', skip, [inner]);
  if (projected.shape[1] < 2 * states) {
    throw new Error(
      `shortScan: projected: got ${projected.shape[1]} columns, wanted at least ${2 * states} (B and C of ${states} states)`,
    );
  }
  if (!Number.isInteger(length) || length < 1 || tokens % length !== 0) {
    throw new Error(`shortScan: length: got ${length} for ${tokens} tokens, wanted a divisor of them`);
  }
  return shortScanOperator.run({ u, step, both, projected, A, bias, skip }, { length }).y;
}
