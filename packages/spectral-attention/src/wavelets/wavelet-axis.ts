import * as tf from '@tensorflow/tfjs-core';
import { coefficientCount } from './wavelet-filters.js';

/** Pads one axis with zeros. */
function padAxis(x: tf.Tensor4D, axis: 1 | 2, before: number, after: number): tf.Tensor4D {
  const pads = x.shape.map((_, i): [number, number] => (i === axis ? [before, after] : [0, 0]));
  return tf.pad(x, pads);
}

function sliceAxis(x: tf.Tensor, axis: number, begin: number, size: number): tf.Tensor {
  const begins = x.shape.map((_, i) => (i === axis ? begin : 0));
  return tf.slice(
    x,
    begins,
    x.shape.map((length, i) => (i === axis ? size : length)),
  );
}

/** The even and the odd samples of an axis of even length. */
function phases(x: tf.Tensor4D, axis: 1 | 2): [even: tf.Tensor4D, odd: tf.Tensor4D] {
  const pairs = x.shape.flatMap((length, i) => (i === axis ? [length / 2, 2] : [length]));
  const half = x.shape.map((length, i) => (i === axis ? length / 2 : length)) as [
    number,
    number,
    number,
    number,
  ];
  const split = tf.reshape(x, pairs);
  return [0, 1].map((phase) => tf.reshape(sliceAxis(split, axis + 1, phase, 1), half)) as [
    tf.Tensor4D,
    tf.Tensor4D,
  ];
}

function weightedSum(terms: readonly (readonly [number, tf.Tensor])[]): tf.Tensor4D {
  const parts = terms.filter(([weight]) => weight !== 0).map(([weight, x]) => tf.mul(x, weight));
  return (parts.length === 1 ? parts[0]! : tf.addN(parts)) as tf.Tensor4D;
}

/**
 * Analysis along one axis with zeros outside: y[o] = sum_k f[k] x[2o + 1 - k] for each filter f of length L.
 * With xp = x behind L - 2 zeros, x[2o + 1 - k] = xp[2o + L - 1 - k]: tap k reads phase (L - 1 - k) mod 2 of xp.
 */
export function analyseAxis(
  x: tf.Tensor4D,
  axis: 1 | 2,
  filters: readonly (readonly number[])[],
): tf.Tensor4D[] {
  const length = filters[0]!.length;
  const count = coefficientCount(x.shape[axis], length);
  const padded = padAxis(x, axis, length - 2, 2 * count - x.shape[axis]);
  const phase = phases(padded, axis);
  return filters.map((filter) =>
    weightedSum(
      filter.map((value, k) => {
        const shift = length - 1 - k;
        return [value, sliceAxis(phase[shift % 2]!, axis, Math.floor(shift / 2), count)] as const;
      }),
    ),
  );
}

/**
 * Synthesis along one axis: x[n] = sum over bands and o of g[n - 2o + L - 2] y[o], n = 0..samples-1.
 * Sample n = 2m + p takes o = m + s through tap 2(L/2 - 1 - s) + p, s = 0..L/2 - 1.
 */
export function synthesiseAxis(
  bands: readonly tf.Tensor4D[],
  axis: 1 | 2,
  filters: readonly (readonly number[])[],
  samples: number,
): tf.Tensor4D {
  const half = filters[0]!.length / 2;
  const pairs = bands[0]!.shape[axis] - half + 1;
  const [even, odd] = [0, 1].map((parity) =>
    weightedSum(
      bands.flatMap((band, b) =>
        Array.from({ length: half }, (_, s) => {
          const value = filters[b]![2 * (half - 1 - s) + parity]!;
          return [value, sliceAxis(band, axis, s, pairs)] as const;
        }),
      ),
    ),
  ) as [tf.Tensor4D, tf.Tensor4D];
  const shape = even.shape.map((length, i) => (i === axis ? 2 * length : length));
  const interleaved = tf.reshape(tf.stack([even, odd], axis + 1), shape);
  return sliceAxis(interleaved, axis, 0, samples) as tf.Tensor4D;
}
