import { defineOperator } from '@prismamba/core/operator';
import * as tf from '@tensorflow/tfjs-core';
import { placeDirection, readDirection } from '../cross-scan/cross-scan.operator.js';
import { ssdScan } from '../ssd-scan/ssd-scan.js';

export interface Ss2dSsdScanArgs {
  /** Features, [B, H, W, D] with D = R P: channel r P + p belongs to head r. */
  readonly x: tf.Tensor4D;
  /** Makes (steps of the R heads, B, C) of each direction, [4, R + 2N, D]. */
  readonly xProjWeight: tf.Tensor3D;
  /** Added to the steps before softplus, [4, R]. */
  readonly dtProjsBias: tf.Tensor2D;
  /** One decay rate a head, A = -exp(ALogs), [4, R]. */
  readonly ALogs: tf.Tensor2D;
  /** Skip, [4, R, P]. */
  readonly Ds: tf.Tensor3D;
}

/**
 * Saved: the inputs and the states at the start of every 64 tokens but the first (4 N/64 floats a channel and token over
 * the four directions). Everything else is computed again; the formulas stand in `ssd-scan.as.ts` and
 * `ssd-scan.operator.ts`, with dW = sum dproj x^T, dx += W^T dproj.
 */
export const ss2dSsdScanOperator = /* @__PURE__ */ defineOperator({
  name: 'SS2DSSDScan',
  inputs: {
    x: 'required',
    xProjWeight: 'required',
    dtProjsBias: 'required',
    ALogs: 'required',
    Ds: 'required',
  },
  attributes: {},
  outputs: ['y'],
  kernels: { wasm: '@prismamba/ssm-core/wasm', webgpu: '@prismamba/ssm-core/webgpu' },
  saved: { inputs: 'all', intermediates: ['states'] },
  composed,
});

/**
 * Out of `ssdScan` and TensorFlow.js operators. Directions are scanned one after the other,
 * so that memory holds a few maps of D channels and no stack of four.
 */
function composed(args: Ss2dSsdScanArgs): { y: tf.Tensor4D } {
  return tf.tidy(() => {
    let y = tf.tidy(() => scanDirection(args, 0));
    for (const k of [1, 2, 3]) y = tf.tidy(() => tf.add<tf.Tensor4D>(y, scanDirection(args, k)));
    return { y };
  });
}

/** The scan of one direction, [B, H, W, D] to the same shape. */
function scanDirection({ x, xProjWeight, dtProjsBias, ALogs, Ds }: Ss2dSsdScanArgs, k: number): tf.Tensor4D {
  const [batch, height, width, inner] = x.shape;
  const length = height * width;
  const [, projected] = xProjWeight.shape;
  const [, heads, P] = Ds.shape;
  const N = (projected - heads) / 2;
  const sequence = readDirection(x, k); // [B, L, D]
  const projection = tf.reshape<tf.Rank.R2>(tf.slice(xProjWeight, [k, 0, 0], [1, projected, inner]), [
    projected,
    inner,
  ]);
  const all = tf.reshape<tf.Rank.R3>(
    tf.matMul(tf.reshape<tf.Rank.R2>(sequence, [-1, inner]), projection, false, true),
    [batch, length, projected],
  ); // [B, L, R + 2N]
  const part = (from: number, size: number): tf.Tensor3D =>
    tf.slice(all, [0, 0, from], [batch, length, size]);
  const { y } = ssdScan({
    x: tf.reshape(sequence, [batch, length, heads, P]),
    dt: part(0, heads),
    A: tf.neg(tf.exp(tf.reshape<tf.Rank.R1>(tf.slice(ALogs, [k, 0], [1, heads]), [heads]))),
    B: tf.reshape(part(heads, N), [batch, length, 1, N]),
    C: tf.reshape(part(heads + N, N), [batch, length, 1, N]),
    D: tf.reshape(tf.slice(Ds, [k, 0, 0], [1, heads, P]), [heads, P]),
    dtBias: tf.reshape(tf.slice(dtProjsBias, [k, 0], [1, heads]), [heads]),
    dtSoftplus: true,
  });
  return placeDirection(tf.reshape(y, [batch, length, inner]), k, height, width);
}
