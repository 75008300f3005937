import * as tf from '@tensorflow/tfjs-core';
import { checkShape } from '@prismamba/core';
import { shortConv } from '../../short-conv/short-conv.js';
import { selectiveScanOutput } from '../../selective-scan/selective-scan.js';
import { shortScan, type ShortScanArgs } from '../../short-scan/short-scan.js';

/** Tokens up to which a whole sequence is held in L1 by `shortScan`. */
const LONGEST_SHORT_SEQUENCE = 64;

/** Weights of one Mamba block in official names and layouts; d the width, D = 2d, R = dt_rank, N states. */
export interface MambaBlockWeights {
  /** [D, N] */
  readonly A_log: tf.Tensor2D;
  /** Skip, [D]. */
  readonly D: tf.Tensor1D;
  /** [2D, d], first x, then the gate z. */
  readonly 'in_proj.weight': tf.Tensor2D;
  /** [D, 1, 4] */
  readonly 'conv1d.weight': tf.Tensor3D;
  /** [D] */
  readonly 'conv1d.bias': tf.Tensor1D;
  /** [R + 2N, D], step sizes, B and C, in this order. */
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
  const rank = weights['dt_proj.weight'].shape[1];
  const tokens = batch * length;
  return tf.tidy(() => {
    const rows = tf.reshape<tf.Rank.R2>(s, [tokens, width]);
    const both = tf.matMul<tf.Tensor2D>(rows, weights['in_proj.weight'], false, true); // [B L, 2D]
    const u = shortConv({ both, weight: weights['conv1d.weight'], bias: weights['conv1d.bias'], length });
    const projected = tf.matMul<tf.Tensor2D>(u, weights['x_proj.weight'], false, true); // [B L, R + 2N]
    const low = tf.slice(projected, [0, 0], [tokens, rank]);
    const scan = length <= LONGEST_SHORT_SEQUENCE ? shortScan : longScan;
    const gated = scan({
      u,
      step: tf.matMul<tf.Tensor2D>(low, weights['dt_proj.weight'], false, true), // [B L, D]
      both,
      projected,
      A: tf.neg(tf.exp(weights.A_log)),
      bias: weights['dt_proj.bias'],
      skip: weights.D,
      length,
    }); // [B L, D]
    const y = tf.matMul(gated, weights['out_proj.weight'], false, true);
    return tf.reshape<tf.Rank.R3>(y, [batch, length, width]);
  });
}

/** {@link shortScan} by `selectiveScan`, which works through a sequence in chunks. */
function longScan(args: ShortScanArgs): tf.Tensor2D {
  const { u, step, both, projected, A, bias, skip, length } = args;
  const [tokens, inner] = u.shape;
  const states = A.shape[1];
  const batch = tokens / length;
  const channelsFirst = (x: tf.Tensor, from: number, size: number): tf.Tensor3D =>
    tf.transpose<tf.Tensor3D>(
      tf.reshape(tf.slice(x, [0, from], [tokens, size]), [batch, length, size]),
      [0, 2, 1],
    );
  const rank = projected.shape[1] - 2 * states;
  const matrices = (from: number): tf.Tensor4D => tf.expandDims(channelsFirst(projected, from, states), 1);
  const y = selectiveScanOutput({
    u: channelsFirst(u, 0, inner),
    delta: channelsFirst(step, 0, inner),
    A,
    B: matrices(rank),
    C: matrices(rank + states),
    D: skip,
    z: channelsFirst(both, inner, inner),
    deltaBias: bias,
    deltaSoftplus: true,
  }); // [B, D, L]
  return tf.reshape(tf.transpose(y, [0, 2, 1]), [tokens, inner]);
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
