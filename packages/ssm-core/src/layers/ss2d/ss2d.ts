import * as tf from '@tensorflow/tfjs-core';
import { checkShape } from '@prismamba/core';
import { depthwiseSilu } from '../../depthwise-silu/depthwise-silu.js';
import { mergeNormGateLinear } from '../../merge-norm-gate-linear/merge-norm-gate-linear.js';
import { normLinearSplit } from '../../norm-linear-split/norm-linear-split.js';
import { DIRECTION_COUNTS, scanByDirections } from '../../ss2d-scan/scan-by-directions.js';
import { ss2dScan } from '../../ss2d-scan/ss2d-scan.js';
import { canRunAsOneNode, runSs2dAsOneNode } from './ss2d.gradient.js';

/** Weights of SS2D in official names and layouts; d the width, D = 2d, R = dt_rank, N states, K directions (4, or 1 or 2). */
export interface Ss2dWeights {
  /** [K, R + 2N, D], step sizes, B and C, in this order. */
  readonly x_proj_weight: tf.Tensor3D;
  /** [K, D, R] */
  readonly dt_projs_weight: tf.Tensor3D;
  /** [K, D]; enters inside the softplus. */
  readonly dt_projs_bias: tf.Tensor2D;
  /** [K D, N]; A = -exp(A_logs). */
  readonly A_logs: tf.Tensor2D;
  /** Skip, [K D]. */
  readonly Ds: tf.Tensor1D;
  /** [2D, d], first x, then the gate z. */
  readonly 'in_proj.weight': tf.Tensor2D;
  /** [D, 1, 3, 3] */
  readonly 'conv2d.weight': tf.Tensor4D;
  /** [D] */
  readonly 'conv2d.bias': tf.Tensor1D;
  /** [D] */
  readonly 'out_norm.weight': tf.Tensor1D;
  readonly 'out_norm.bias': tf.Tensor1D;
  /** [d, D] */
  readonly 'out_proj.weight': tf.Tensor2D;
}

/** Layer norm in front of SS2D, [d] each; absent: none. */
export interface Ss2dInputNorm {
  readonly weight: tf.Tensor1D;
  readonly bias: tf.Tensor1D;
}

/**
 * SS2D, the four-direction selective scan block of VMamba (arXiv 2401.10166, section 4.2) as GMSR-Net uses it:
 *
 *     [u, z] = in_proj(norm(x));   u = SiLU(conv3x3_depthwise(u));   y = sum_k scan_k(u)
 *     out = out_proj(LayerNorm(y) * SiLU(z))
 *
 * Each line is one fused operator for 4 directions (fewer: the scan is several); where the backend has all their kernels the whole is one node of the tape, which
 * saves x, y and the scan's chunk states and nothing else.
 *
 * @param x [B, H, W, d]
 * @returns [B, H, W, d]
 */
export function ss2d(x: tf.Tensor4D, weights: Ss2dWeights, norm?: Ss2dInputNorm): tf.Tensor4D {
  const scan = {
    xProjWeight: weights.x_proj_weight,
    dtProjsWeight: weights.dt_projs_weight,
    dtProjsBias: weights.dt_projs_bias,
    ALogs: weights.A_logs,
    Ds: weights.Ds,
  };
  checkSs2dShapes(x, weights, norm);
  const cross = weights.x_proj_weight.shape[0] === 4;
  if (cross && canRunAsOneNode(weights.A_logs.shape[1])) {
    return runSs2dAsOneNode(x, {
      split: { weight: weights['in_proj.weight'], gamma: norm?.weight, beta: norm?.bias },
      depthwise: { weight: weights['conv2d.weight'], bias: weights['conv2d.bias'] },
      scan,
      merge: {
        gamma: weights['out_norm.weight'],
        beta: weights['out_norm.bias'],
        weight: weights['out_proj.weight'],
      },
    });
  }
  return tf.tidy(() => {
    const [features, z] = normLinearSplit({
      x,
      ...(norm === undefined ? {} : { gamma: norm.weight, beta: norm.bias }),
      weight: weights['in_proj.weight'],
    }); // each [B, H, W, D]
    const u = depthwiseSilu({
      x: features,
      weight: weights['conv2d.weight'],
      bias: weights['conv2d.bias'],
    }); // [B, H, W, D]
    const y = (cross ? ss2dScan : scanByDirections)({ x: u, ...scan }); // [B, H, W, D]
    return mergeNormGateLinear({
      y,
      z,
      gamma: weights['out_norm.weight'],
      beta: weights['out_norm.bias'],
      weight: weights['out_proj.weight'],
    }); // [B, H, W, d]
  });
}

/** The kernels trust their shapes. @throws Error naming the weight, its shape and the one wanted. */
function checkSs2dShapes(x: tf.Tensor4D, weights: Ss2dWeights, norm: Ss2dInputNorm | undefined): void {
  checkShape('ss2d', 'x', x, ['B', 'H', 'W', 'd']);
  const width = x.shape[3];
  const inner = weights['out_norm.weight'].shape[0];
  const states = weights.A_logs.shape[1];
  const rank = weights.dt_projs_weight.shape[2];
  const [directions] = weights.x_proj_weight.shape;
  if (!(DIRECTION_COUNTS as readonly number[]).includes(directions)) {
    throw new Error(
      `ss2d: x_proj_weight: got ${directions} directions, wanted one of ${DIRECTION_COUNTS.join(', ')}`,
    );
  }
  const wanted: Readonly<Record<keyof Ss2dWeights, readonly number[]>> = {
    x_proj_weight: [directions, rank + 2 * states, inner],
    dt_projs_weight: [directions, inner, rank],
    dt_projs_bias: [directions, inner],
    A_logs: [directions * inner, states],
    Ds: [directions * inner],
    'in_proj.weight': [2 * inner, width],
    'conv2d.weight': [inner, 1, 3, 3],
    'conv2d.bias': [inner],
    'out_norm.weight': [inner],
    'out_norm.bias': [inner],
    'out_proj.weight': [width, inner],
  };
  for (const name of Object.keys(wanted) as (keyof Ss2dWeights)[]) {
    checkShape('ss2d', name, weights[name], wanted[name]);
  }
  if (norm === undefined) return;
  checkShape('ss2d', 'norm.weight', norm.weight, [width]);
  checkShape('ss2d', 'norm.bias', norm.bias, [width]);
}
