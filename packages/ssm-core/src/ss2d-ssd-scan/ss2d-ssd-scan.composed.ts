import * as tf from '@tensorflow/tfjs-core';
import { placeDirection, readDirection } from '../cross-scan/cross-scan.composed.js';
import { ssdScan } from '../ssd-scan/ssd-scan.js';
import type { Ss2dSsdScanArgs } from './ss2d-ssd-scan.js';

/**
 * `ss2dSsdScan` out of `ssdScan` and TensorFlow.js operators, for any backend. Directions are scanned one after the other,
 * so that memory holds a few maps of D channels and no stack of four.
 */
export function ss2dSsdScanComposed(args: Ss2dSsdScanArgs): tf.Tensor4D {
  return tf.tidy(() => {
    let y = tf.tidy(() => scanDirection(args, 0));
    for (const k of [1, 2, 3]) y = tf.tidy(() => tf.add<tf.Tensor4D>(y, scanDirection(args, k)));
    return y;
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
