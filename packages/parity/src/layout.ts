import type { NdArray } from '@prismamba/formats';
import { sizeOf } from '@prismamba/formats/internal';
import * as tf from '@tensorflow/tfjs-core';

/** A golden NCHW array as an NHWC tensor. The caller disposes it. */
export function nhwcTensor(array: NdArray): tf.Tensor4D {
  const [n, c, h, w] = array.shape;
  if (array.shape.length !== 4)
    throw new Error(`wanted an NCHW array, got shape [${array.shape.join(', ')}]`);
  const source = array.data as Float32Array;
  const out = new Float32Array(sizeOf(array.shape));
  let o = 0;
  for (let b = 0; b < n!; b++) {
    for (let p = 0; p < h! * w!; p++)
      for (let k = 0; k < c!; k++) out[o++] = source[(b * c! + k) * h! * w! + p]!;
  }
  return tf.tensor4d(out, [n!, h!, w!, c!]);
}

/** Values of an NHWC tensor in NCHW order. */
export async function nchwValues(tensor: tf.Tensor): Promise<Float32Array> {
  if (tensor.rank !== 4) return (await tensor.data()) as Float32Array;
  const [n, h, w, c] = tensor.shape as [number, number, number, number];
  const source = (await tensor.data()) as Float32Array;
  const out = new Float32Array(source.length);
  let i = 0;
  for (let b = 0; b < n; b++) {
    for (let p = 0; p < h * w; p++) for (let k = 0; k < c; k++) out[(b * c + k) * h * w + p] = source[i++]!;
  }
  return out;
}
