import * as tf from '@tensorflow/tfjs-core';
import { checkShape } from '@prismamba/core';
import { depthwiseSilu } from '../../depthwise-silu/depthwise-silu.js';
import { layerNorm } from '../../layer-norm/layer-norm.js';
import { ss2dSsdScan } from '../../ss2d-ssd-scan/ss2d-ssd-scan.js';

/** Weights of one Mamba-2 block in official names and layouts; m the width, D = 2m, R heads of P = D/R, N states. */
export interface Mamba2BlockWeights {
  /** [4, R + 2N, D], step sizes, B and C of each direction, in this order. */
  readonly x_proj_weight: tf.Tensor3D;
  /** Skip, [4, R, P]. */
  readonly Ds: tf.Tensor3D;
  /** Logarithm of the negative decay rate, [4, R]. */
  readonly A_logs: tf.Tensor2D;
  /** [4, R] */
  readonly dt_projs_bias: tf.Tensor2D;
  /** [D] */
  readonly 'out_norm.weight': tf.Tensor1D;
  readonly 'out_norm.bias': tf.Tensor1D;
  /** [D, m] */
  readonly 'in_proj.weight': tf.Tensor2D;
  /** [D, 1, 3, 3] */
  readonly 'conv2d.1.weight': tf.Tensor4D;
  /** [m, D] */
  readonly 'out_proj.weight': tf.Tensor2D;
}

/** Rows [B L, in] times an official weight [out, in], back to a map of `out` channels. */
function linearMap(x: tf.Tensor4D, weight: tf.Tensor2D): tf.Tensor4D {
  const [batch, height, width, channels] = x.shape;
  const rows = tf.matMul(tf.reshape<tf.Rank.R2>(x, [-1, channels]), weight, false, true);
  return tf.reshape(rows, [batch, height, width, weight.shape[0]]);
}

/**
 * SS2D on Mamba-2 as M3SR uses it (arXiv 2601.08293, official code): no gate, no step-size projection, a head's decay
 * is one number.
 *
 *     v = SiLU(depthwise3x3(in_proj x));   [dt, B, C]_k = x_proj_k v_k   in each of four directions k
 *     y = sum_k SSD(v_k, dt_k + bias_k, -exp(A_logs_k), B_k, C_k, Ds_k)   (softplus on the steps)
 *     out = out_proj LayerNorm(y)
 *
 * Channel r P + p belongs to head r.
 *
 * @param x [B, H, W, m].
 * @returns [B, H, W, m].
 * @throws Error for a wrong shape, naming the weight.
 */
export function mamba2Block(x: tf.Tensor4D, weights: Mamba2BlockWeights): tf.Tensor4D {
  checkShape('mamba2Block', 'x', x, ['B', 'H', 'W', 'm']);
  const width = x.shape[3];
  checkShape('mamba2Block', 'in_proj.weight', weights['in_proj.weight'], ['D', width]);
  const inner = weights['in_proj.weight'].shape[0];
  checkShape('mamba2Block', 'Ds', weights.Ds, [4, 'R', 'P']);
  const [, heads, P] = weights.Ds.shape;
  if (heads * P !== inner) {
    throw new Error(`mamba2Block: Ds: got ${heads} heads of ${P} channels, wanted ${inner} channels in all`);
  }
  checkShape('mamba2Block', 'A_logs', weights.A_logs, [4, heads]);
  checkShape('mamba2Block', 'dt_projs_bias', weights.dt_projs_bias, [4, heads]);
  checkShape('mamba2Block', 'x_proj_weight', weights.x_proj_weight, [4, 'R + 2N', inner]);
  checkShape('mamba2Block', 'out_proj.weight', weights['out_proj.weight'], [width, inner]);
  return tf.tidy(() => {
    const v = depthwiseSilu({
      x: linearMap(x, weights['in_proj.weight']),
      weight: weights['conv2d.1.weight'],
      bias: tf.zeros([inner]),
    }); // [B, H, W, D]
    const y = ss2dSsdScan({
      x: v,
      xProjWeight: weights.x_proj_weight,
      dtProjsBias: weights.dt_projs_bias,
      ALogs: weights.A_logs,
      Ds: weights.Ds,
    });
    const normalised = layerNorm({
      x: y,
      gamma: weights['out_norm.weight'],
      beta: weights['out_norm.bias'],
    });
    return linearMap(normalised, weights['out_proj.weight']);
  });
}
