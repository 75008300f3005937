import * as tf from '@tensorflow/tfjs-core';
import { causalConv1d } from '../../causal-conv1d/causal-conv1d.js';
import { checkShape } from '../../check-shape.js';
import { shortSelectiveScan } from './short-selective-scan.js';

/** Weights of one Mamba block in official names and layouts; d the width, D = 2d, R = dt_rank, N states. */
export interface MambaBlockWeights {
  /** [D, N] */
  readonly A_log: tf.Tensor2D;
  /** Skip, [D]. */
  readonly D: tf.Tensor1D;
  /** [2D, d]: first x, then the gate z. */
  readonly 'in_proj.weight': tf.Tensor2D;
  /** [D, 1, 4] */
  readonly 'conv1d.weight': tf.Tensor3D;
  /** [D] */
  readonly 'conv1d.bias': tf.Tensor1D;
  /** [R + 2N, D]: step sizes, B and C, in this order. */
  readonly 'x_proj.weight': tf.Tensor2D;
  /** [D, R] */
  readonly 'dt_proj.weight': tf.Tensor2D;
  /** [D]; enters inside the softplus. */
  readonly 'dt_proj.bias': tf.Tensor1D;
  /** [d, D] */
  readonly 'out_proj.weight': tf.Tensor2D;
}

/**
 * Mamba block (Gu and Dao, arXiv 2312.00752, fig. 3; official code), a sequence model without residual or norm:
 *
 *     [x, z] = in_proj s;   u = SiLU(causal_conv1d(x));   [dt, B, C] = x_proj u
 *     y = S6(u, softplus(dt_proj dt + dt_proj.bias), -exp(A_log), B, C, D);   out = out_proj (y SiLU(z))
 *
 * @param s sequences, [B, L, d].
 * @returns [B, L, d].
 * @throws Error for a wrong shape, naming the weight.
 */
export function mambaBlock(s: tf.Tensor3D, weights: MambaBlockWeights): tf.Tensor3D {
  checkMambaWeights('mambaBlock', s, weights);
  const [batch, length, width] = s.shape;
  const [inner, states] = weights.A_log.shape;
  const rank = weights['dt_proj.weight'].shape[1];
  const tokens = batch * length;
  return tf.tidy(() => {
    const rows = tf.reshape<tf.Rank.R2>(s, [tokens, width]);
    const sequence = (t: tf.Tensor, size: number): tf.Tensor3D => tf.reshape(t, [batch, length, size]);
    const both = tf.matMul(rows, weights['in_proj.weight'], false, true); // [B L, 2D]
    const x = sequence(tf.slice(both, [0, 0], [tokens, inner]), inner);
    const z = tf.slice(both, [0, inner], [tokens, inner]);
    const convolved = causalConv1d({ x, weight: weights['conv1d.weight'], bias: weights['conv1d.bias'] });
    const u = tf.mul<tf.Tensor3D>(convolved, tf.sigmoid(convolved)); // [B, L, D]
    const flat = tf.reshape<tf.Rank.R2>(u, [tokens, inner]);
    const projected = tf.matMul(flat, weights['x_proj.weight'], false, true); // [B L, R + 2N]
    const part = (from: number, size: number) => tf.slice(projected, [0, from], [tokens, size]);
    const step = tf.matMul(part(0, rank), weights['dt_proj.weight'], false, true); // [B L, D]
    const y = shortSelectiveScan({
      u,
      delta: sequence(tf.softplus(tf.add(step, weights['dt_proj.bias'])), inner),
      A: tf.neg(tf.exp(weights.A_log)),
      B: sequence(part(rank, states), states),
      C: sequence(part(rank + states, states), states),
      D: weights.D,
    });
    const gated = tf.mul(tf.reshape(y, [tokens, inner]), tf.mul(z, tf.sigmoid(z)));
    return sequence(tf.matMul(gated, weights['out_proj.weight'], false, true), width);
  });
}

function checkMambaWeights(caller: string, s: tf.Tensor3D, weights: MambaBlockWeights): void {
  checkShape(caller, 's', s, ['B', 'L', 'd']);
  checkShape(caller, 'A_log', weights.A_log, ['D', 'N']);
  const width = s.shape[2];
  const [inner, states] = weights.A_log.shape;
  checkShape(caller, 'dt_proj.weight', weights['dt_proj.weight'], [inner, 'R']);
  const rank = weights['dt_proj.weight'].shape[1];
  checkShape(caller, 'D', weights.D, [inner]);
  checkShape(caller, 'in_proj.weight', weights['in_proj.weight'], [2 * inner, width]);
  checkShape(caller, 'x_proj.weight', weights['x_proj.weight'], [rank + 2 * states, inner]);
  checkShape(caller, 'dt_proj.bias', weights['dt_proj.bias'], [inner]);
  checkShape(caller, 'out_proj.weight', weights['out_proj.weight'], [width, inner]);
}
