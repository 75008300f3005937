import * as tf from '@tensorflow/tfjs-core';
import type { Tensor, Tensor1D, Tensor3D, Tensor4D } from '@tensorflow/tfjs-core';
import { checkShape } from '@prismamba/core';
import { hasKernel } from '../simd/usable.wasm.js';
import { ssdScanComposed } from './ssd-scan.composed.js';
import { SSD_SCAN, type SsdScanAttributes } from './ssd-scan.gradient.js';
import './ssd-scan.wasm.js'; // registers the SIMD kernels

export interface SsdScanArgs {
  /** Input, [B, L, H, P]: H heads of P channels. */
  readonly x: Tensor4D;
  /** Step size of each head before bias and softplus, [B, L, H]. */
  readonly dt: Tensor3D;
  /** One decay rate a head, [H], negative. */
  readonly A: Tensor1D;
  /** Input matrices, [B, L, G, N]; each group serves H/G consecutive heads. */
  readonly B: Tensor4D;
  /** Output matrices, [B, L, G, N]. */
  readonly C: Tensor4D;
  /** Skip, [H, P] or [H, 1]; none unless given. */
  readonly D?: Tensor;
  /** Added to dt, [H]. */
  readonly dtBias?: Tensor1D;
  /** State before the first token, [B, H, P, N]; zero unless given. */
  readonly initialStates?: Tensor4D;
  /** delta = softplus(dt + dtBias); false unless stated. */
  readonly dtSoftplus?: boolean;
  /**
   * Tokens a chunk of the matrix form, which runs where the backend has no kernel; changes rounding and memory, not the
   * result. 64 unless stated.
   */
  readonly chunkSize?: number;
}

export interface SsdScanResult {
  /** [B, L, H, P]. */
  readonly y: Tensor4D;
  /** State after the last token, [B, H, P, N]. */
  readonly finalStates: Tensor4D;
}

/**
 * The scan of Mamba-2, state-space duality (Dao and Gu, arXiv 2405.21060, section 6): a scalar decay a head.
 *
 *     delta_t = softplus(dt_t + dtBias);  S_t = exp(A delta_t) S_{t-1} + delta_t x_t B_t^T;  y_t = S_t C_t + D x_t
 *
 * @throws Error for a wrong shape, a number of heads that is no multiple of the groups, or a chunk size below 1.
 */
export function ssdScan(args: SsdScanArgs): SsdScanResult {
  const { x, dt, A, B, C, D, dtBias, initialStates, chunkSize = 64 } = args;
  checkShape('ssdScan', 'x', x, ['B', 'L', 'H', 'P']);
  const [batch, length, heads, P] = x.shape;
  checkShape('ssdScan', 'dt', dt, [batch, length, heads]);
  checkShape('ssdScan', 'A', A, [heads]);
  checkShape('ssdScan', 'B', B, [batch, length, 'G', 'N']);
  const [, , groups, N] = B.shape;
  if (heads % groups !== 0) {
    throw new Error(`ssdScan: B: got ${groups} groups for ${heads} heads, wanted a divisor of ${heads}`);
  }
  checkShape('ssdScan', 'C', C, [batch, length, groups, N]);
  if (D !== undefined) checkShape('ssdScan', 'D', D, [heads, D.shape[1] === 1 ? 1 : P]);
  if (dtBias !== undefined) checkShape('ssdScan', 'dtBias', dtBias, [heads]);
  if (initialStates !== undefined)
    checkShape('ssdScan', 'initialStates', initialStates, [batch, heads, P, N]);
  if (!Number.isInteger(chunkSize) || chunkSize < 1) {
    throw new Error(`ssdScan: chunkSize: got ${chunkSize}, wanted a whole number >= 1`);
  }
  return hasKernel(SSD_SCAN) ? runKernel(args) : ssdScanComposed(args, chunkSize);
}

function runKernel(args: SsdScanArgs): SsdScanResult {
  const { x, dt, A, B, C, D, dtBias, initialStates, dtSoftplus = false } = args;
  const [, , heads, P] = x.shape;
  const attributes: SsdScanAttributes = { dtSoftplus, saveStates: tf.engine().isTapeOn() };
  const result = tf.tidy(() => {
    const inputs = {
      ...{ x, dt, A, B, C },
      D: D === undefined ? tf.zeros([heads, P]) : tf.broadcastTo(D, [heads, P]),
      dtBias: dtBias ?? tf.zeros([heads]),
      initialStates: initialStates ?? tf.zeros<tf.Rank.R1>([0]),
    };
    const outputs = tf.engine().runKernel(SSD_SCAN, inputs, { ...attributes }) as unknown as Tensor[];
    return [outputs[0] as Tensor4D, outputs[1] as Tensor4D];
  });
  return { y: result[0]!, finalStates: result[1]! };
}
