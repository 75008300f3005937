import '@tensorflow/tfjs-layers';
import * as tf from '@tensorflow/tfjs-core';
import { toFloat32 } from '@prismamba/formats';
import {
  eachBackend,
  expectRelativeError,
  nchwToNhwc,
  readGolden,
  testNumbers,
  valuesOf,
} from '@prismamba/testing';
import { describe, expect, it } from 'vitest';
import { haarDwtReference, haarIdwtReference } from './haar-dwt.reference.js';
import { haarDwt, haarIdwt } from './haar-dwt.js';

type Shape4 = [number, number, number, number];
const golden = readGolden('ops/haar_dwt.npz');

/** NCHW golden as NHWC tensor values with their shape. */
function map(name: string): { values: Float32Array; shape: Shape4 } {
  const array = golden.get(name)!;
  const [n, c, h, w] = array.shape as Shape4;
  return { values: Float32Array.from(nchwToNhwc(toFloat32(array), array.shape)), shape: [n, h, w, c] };
}

/** yl [B,C,h,w] and yh [B,C,3,h,w] as one band-major NHWC map. */
function bands(prefix: string, suffix = ''): { values: Float32Array; shape: Shape4 } {
  const low = golden.get(`${prefix}yl${suffix}`)!;
  const high = golden.get(`${prefix}yh${suffix}`)!;
  const [n, channels, h, w] = low.shape as Shape4;
  const [lowData, highData] = [toFloat32(low), toFloat32(high)];
  const values = new Float32Array(n * h * w * 4 * channels);
  for (let b = 0; b < n; b++) {
    for (let c = 0; c < channels; c++) {
      for (let p = 0; p < h * w; p++) {
        const to = (b * h * w + p) * 4 * channels + c;
        values[to] = lowData[(b * channels + c) * h * w + p]!;
        for (let k = 0; k < 3; k++) {
          values[to + (k + 1) * channels] = highData[((b * channels + c) * 3 + k) * h * w + p]!;
        }
      }
    }
  }
  return { values, shape: [n, h, w, 4 * channels] };
}

describe('haarDwt, the definition', () => {
  it('has the official signs and order on one cell', () => {
    expect([...haarDwtReference([1, 10, 100, 1000], [1, 2, 2, 1])]).toEqual([555.5, -544.5, -454.5, 445.5]);
  });

  it.each(['dwt_even_', 'dwt_odd_'])('equals the golden %s', (prefix) => {
    const x = map(`${prefix}x`);
    expectRelativeError(haarDwtReference(x.values, x.shape), bands(prefix).values, 2e-6);
  });
});

eachBackend('haarDwt and haarIdwt', () => {
  it.each(['dwt_even_', 'dwt_odd_'])('transform equals the golden %s, gradient included', async (prefix) => {
    const x = map(`${prefix}x`);
    const wanted = bands(prefix);
    const upstream = bands(`${prefix}d_`);
    const [y, dx] = await valuesOf(() => {
      const input = tf.tensor4d(x.values, x.shape);
      const y = haarDwt(input);
      expect(y.shape).toEqual(wanted.shape);
      const dx = tf.grad((v: tf.Tensor) => haarDwt(v as tf.Tensor4D))(
        input,
        tf.tensor4d(upstream.values, upstream.shape),
      );
      return [y, dx];
    });
    expectRelativeError(y!, wanted.values, 2e-6, 'y');
    expectRelativeError(dx!, map(`${prefix}grad_x`).values, 1e-5, 'grad x');
  });

  it('inverse equals the golden, gradient included', async () => {
    const y = bands('idwt_');
    const upstream = map('idwt_d_y');
    const [x, dy] = await valuesOf(() => {
      const input = tf.tensor4d(y.values, y.shape);
      const dy = tf.grad((v: tf.Tensor) => haarIdwt(v as tf.Tensor4D))(
        input,
        tf.tensor4d(upstream.values, upstream.shape),
      );
      return [haarIdwt(input), dy];
    });
    expectRelativeError(x!, map('idwt_y').values, 2e-6, 'x');
    expectRelativeError(dy!, bands('idwt_grad_').values, 1e-5, 'grad y');
  });

  it.each([
    [1, 1, 1, 1],
    [2, 5, 8, 3],
    [1, 6, 7, 5],
    [3, 1, 9, 2],
  ] as Shape4[])('restores a map of [%i, %i, %i, %i] and equals the loops', async (...shape) => {
    const values = testNumbers(
      shape.reduce((a, b) => a * b, 1),
      7,
    );
    const wanted = haarDwtReference(values, shape);
    const [y, back] = await valuesOf(() => {
      const y = haarDwt(tf.tensor4d(values, shape));
      const back = haarIdwt(y, [shape[1], shape[2]]);
      expect(back.shape).toEqual(shape);
      return [y, back];
    });
    expectRelativeError(y!, wanted, 2e-6, 'transform');
    expectRelativeError(back!, values, 2e-6, 'round trip');
    expectRelativeError(haarIdwtReference(wanted, shape), values, 1e-6, 'round trip of the loops');
  });

  it('names what is wrong', () => {
    tf.tidy(() => {
      expect(() => haarIdwt(tf.zeros([1, 2, 2, 6]))).toThrow(
        /haarIdwt: y: got 6 channels, wanted a multiple of 4/,
      );
      expect(() => haarIdwt(tf.zeros([1, 2, 2, 8]), [5, 4])).toThrow(
        /size: got \[5, 4\], wanted \[4, 4\] or one less/,
      );
      expect(() => haarDwt(tf.zeros([2, 2, 8]) as unknown as tf.Tensor4D)).toThrow(
        /haarDwt: x: got shape \[2, 2, 8\], wanted \[B, H, W, C\]/,
      );
    });
  });
});
