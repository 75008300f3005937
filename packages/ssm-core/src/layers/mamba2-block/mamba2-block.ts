import * as tf from '@tensorflow/tfjs-core';
import { checkShape } from '../../check-shape.js';
import { readDirection } from '../../cross-scan/cross-scan.composed.js';
import { depthwiseSilu } from '../../depthwise-silu/depthwise-silu.js';
import { layerNorm } from '../../layer-norm/layer-norm.js';
import { ssdScan } from '../../ssd-scan/ssd-scan.js';

/** Directions of the cross scan: row-major, column-major, both reversed. */
const DIRECTIONS = [0, 1, 2, 3] as const;

/** Weights of one Mamba-2 block in official names and layouts; m the width, D = 2m, R heads of P = D/R, N states. */
export interface Mamba2BlockWeights {
  /** [4, R + 2N, D]: step sizes, B and C of each direction, in this order. */
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

/** A sequence of direction k back as a map; the inverse of `readDirection`. */
function placeDirection(y: tf.Tensor3D, k: number, height: number, width: number): tf.Tensor4D {
  const [batch, , channels] = y.shape;
  const forward = k >= 2 ? tf.reverse(y, 1) : y;
  if (k % 2 === 0) return tf.reshape(forward, [batch, height, width, channels]);
  return tf.transpose(tf.reshape<tf.Rank.R4>(forward, [batch, width, height, channels]), [0, 2, 1, 3]);
}

/** The scan of one direction, [B, H, W, D] to the same shape. */
function scanDirection(v: tf.Tensor4D, k: number, weights: Mamba2BlockWeights): tf.Tensor4D {
  const [batch, height, width, inner] = v.shape;
  const length = height * width;
  const { x_proj_weight, Ds, A_logs, dt_projs_bias } = weights;
  const [, projected] = x_proj_weight.shape;
  const [, heads, P] = Ds.shape;
  const N = (projected - heads) / 2;
  const sequence = readDirection(v, k); // [B, L, D]
  const projection = tf.reshape<tf.Rank.R2>(tf.slice(x_proj_weight, [k, 0, 0], [1, projected, inner]), [
    projected,
    inner,
  ]);
  const all = tf.reshape<tf.Rank.R3>(
    tf.matMul(tf.reshape<tf.Rank.R2>(sequence, [-1, inner]), projection, false, true),
    [batch, length, projected],
  ); // [B, L, R + 2N]
  const part = (from: number, size: number): tf.Tensor3D =>
    tf.slice(all, [0, 0, from], [batch, length, size]);
  const { y, finalStates } = ssdScan({
    x: tf.reshape(sequence, [batch, length, heads, P]),
    dt: part(0, heads),
    A: tf.neg(tf.exp(tf.reshape<tf.Rank.R1>(tf.slice(A_logs, [k, 0], [1, heads]), [heads]))),
    B: tf.reshape(part(heads, N), [batch, length, 1, N]),
    C: tf.reshape(part(heads + N, N), [batch, length, 1, N]),
    D: tf.reshape(tf.slice(Ds, [k, 0, 0], [1, heads, P]), [heads, P]),
    dtBias: tf.reshape(tf.slice(dt_projs_bias, [k, 0], [1, heads]), [heads]),
    dtSoftplus: true,
  });
  finalStates.dispose();
  return placeDirection(tf.reshape(y, [batch, length, inner]), k, height, width);
}

/**
 * SS2D on Mamba-2 as M3SR uses it (arXiv 2601.08293, official code): no gate, no step-size projection, a head's decay
 * is one number.
 *
 *     v = SiLU(depthwise3x3(in_proj x));   [dt, B, C]_k = x_proj_k v_k   in each of four directions k
 *     y = sum_k SSD(v_k, dt_k + bias_k, -exp(A_logs_k), B_k, C_k, Ds_k)   (softplus on the steps)
 *     out = out_proj LayerNorm(y)
 *
 * Channel r P + p belongs to head r. Directions are scanned one after the other, so that memory holds a few maps of D
 * channels and no stack of four.
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
    let y: tf.Tensor4D | undefined;
    for (const k of DIRECTIONS) {
      const scanned = tf.tidy(() => scanDirection(v, k, weights));
      y = y === undefined ? scanned : tf.tidy(() => tf.add<tf.Tensor4D>(y!, scanned));
    }
    const normalised = layerNorm({
      x: y!,
      gamma: weights['out_norm.weight'],
      beta: weights['out_norm.bias'],
    });
    return linearMap(normalised, weights['out_proj.weight']);
  });
}
