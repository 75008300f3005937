import '@tensorflow/tfjs-layers';
import * as tf from '@tensorflow/tfjs-core';
import { checkGradient, eachBackend, expectRelativeError, testNumbers } from '@prismamba/testing';
import { describe, expect, it } from 'vitest';
import { coefficientCount, waveletFilters, waveletNames, type WaveletName } from './wavelet-filters.js';
import { dwt2d, idwt2d } from './wavelets.js';

const sum = (values: readonly number[]) => values.reduce((total, value) => total + value, 0);
/** sum_k a[k] b[k + shift] */
const correlate = (a: readonly number[], b: readonly number[], shift: number) =>
  sum(a.map((value, k) => value * (b[k + shift] ?? 0)));

/** One axis by the definition, zeros outside. */
function analyse(x: ArrayLike<number>, filter: readonly number[]): number[] {
  return Array.from({ length: coefficientCount(x.length, filter.length) }, (_, o) =>
    sum(filter.map((value, k) => value * (x[2 * o + 1 - k] ?? 0))),
  );
}

describe.each(waveletNames)('filters of %s', (name) => {
  const { decLow, decHigh, recLow, recHigh } = waveletFilters(name);

  it('low passes sum to the square root of 2, high passes to 0', () => {
    for (const low of [decLow, recLow]) expect(sum(low)).toBeCloseTo(Math.SQRT2, 10);
    for (const high of [decHigh, recHigh]) expect(sum(high)).toBeCloseTo(0, 10);
  });

  it('synthesis is dual to analysis', () => {
    const reversedLow = decLow.toReversed();
    const reversedHigh = decHigh.toReversed();
    for (let shift = -6; shift <= 6; shift += 2) {
      expect(correlate(recLow, reversedLow, shift)).toBeCloseTo(shift === 0 ? 1 : 0, 10);
      expect(correlate(recHigh, reversedHigh, shift)).toBeCloseTo(shift === 0 ? 1 : 0, 10);
      expect(correlate(recLow, reversedHigh, shift)).toBeCloseTo(0, 10);
    }
  });

  it('has its vanishing moments', () => {
    const moments = { haar: 1, db2: 2, db3: 3, db4: 4, sym4: 4, 'bior2.2': 2 }[name];
    for (let power = 0; power < moments; power++) {
      expect(sum(decHigh.map((value, k) => value * (k - 3) ** power))).toBeCloseTo(0, 8);
    }
    expect(Math.abs(sum(decHigh.map((value, k) => value * (k - 3) ** moments)))).toBeGreaterThan(0.1);
  });
});

describe('the two filters of eight taps', () => {
  it('sym4 is more symmetric than db4', () => {
    const asymmetry = (name: WaveletName) => {
      const h = waveletFilters(name).recLow;
      // Distance to the best mirror image over all axes.
      return Math.min(
        ...Array.from({ length: 15 }, (_, axis) =>
          sum(h.map((value, k) => (value - (h[axis - k] ?? 0)) ** 2)),
        ),
      );
    };
    expect(asymmetry('sym4')).toBeLessThan(0.6 * asymmetry('db4'));
  });
});

eachBackend('dwt2d and idwt2d', () => {
  it.each(waveletNames)('%s along one row equals the definition', (name) => {
    const { decLow, decHigh } = waveletFilters(name);
    const x = testNumbers(11, 5);
    const y = tf.tidy(() => dwt2d(tf.tensor4d(x, [1, 1, 11, 1]), name).arraySync());
    // The height of one is transformed too: its low band is row 0 scaled by the tap that meets the row.
    const column = analyse([1], decLow);
    const low = analyse(x, decLow);
    const high = analyse(x, decHigh);
    column.forEach((scale, row) => {
      expectRelativeError(
        y[0]![row]!.map((bands) => bands[0]!),
        low.map((v) => v * scale),
        2e-6,
        'LL',
      );
      expectRelativeError(
        y[0]![row]!.map((bands) => bands[2]!),
        high.map((v) => v * scale),
        2e-6,
        'HL',
      );
    });
  });

  describe.each(waveletNames)('%s', (name) => {
    it.each([
      [1, 8, 10, 2],
      [2, 7, 9, 3],
      [1, 3, 2, 1],
      [1, 1, 1, 1],
    ] as [number, number, number, number][])('restores a map of [%i, %i, %i, %i]', (...shape) => {
      const values = testNumbers(
        shape.reduce((a, b) => a * b, 1),
        11,
      );
      tf.tidy(() => {
        const y = dwt2d(tf.tensor4d(values, shape), name);
        const taps = waveletFilters(name).decLow.length;
        expect(y.shape).toEqual([
          shape[0],
          coefficientCount(shape[1], taps),
          coefficientCount(shape[2], taps),
          4 * shape[3],
        ]);
        const back = idwt2d(y, name, [shape[1], shape[2]]);
        expect(back.shape).toEqual(shape);
        expectRelativeError(back.dataSync(), values, 3e-6);
      });
    });

    it('has the gradients of a linear map', () => {
      const shape: [number, number, number, number] = [1, 5, 6, 2];
      const values = testNumbers(60, 3);
      const { transformed, restored } = tf.tidy(() => {
        const x = tf.tensor4d(values, shape);
        const y = dwt2d(x, name);
        const weights = tf.tensor4d(testNumbers(y.size, 4), y.shape);
        const mapWeights = tf.tensor4d(testNumbers(60, 6), shape);
        return {
          transformed: tf
            .grad((v: tf.Tensor) => tf.sum(tf.mul(dwt2d(v as tf.Tensor4D, name), weights)))(x)
            .dataSync(),
          restored: tf
            .grad((v: tf.Tensor) => tf.sum(tf.mul(idwt2d(v as tf.Tensor4D, name, [5, 6]), mapWeights)))(y)
            .dataSync(),
        };
      });
      // Linear maps: a step of one is exact, and float32 sets the tolerance.
      const value = (xs: readonly Float64Array[]) =>
        tf.tidy(() => {
          const y = dwt2d(tf.tensor4d(Float32Array.from(xs[0]!), shape), name);
          return tf.sum(tf.mul(y, tf.tensor4d(testNumbers(y.size, 4), y.shape))).dataSync()[0]!;
        });
      checkGradient({
        f: value,
        inputs: [Float64Array.from(values)],
        gradients: [transformed],
        step: 1,
        tolerance: 1e-4,
      });
      const rows = tf.tidy(() => dwt2d(tf.zeros(shape), name).shape);
      const inverse = (ys: readonly Float64Array[]) =>
        tf.tidy(() => {
          const x = idwt2d(tf.tensor4d(Float32Array.from(ys[0]!), rows), name, [5, 6]);
          return tf.sum(tf.mul(x, tf.tensor4d(testNumbers(60, 6), shape))).dataSync()[0]!;
        });
      const zeros = new Float64Array(restored.length);
      checkGradient({ f: inverse, inputs: [zeros], gradients: [restored], step: 1, tolerance: 1e-4 });
    });
  });

  it('names what is wrong', () => {
    tf.tidy(() => {
      expect(() => dwt2d(tf.zeros([1, 4, 4, 1]), 'db9' as WaveletName)).toThrow(
        /unknown wavelet 'db9'; valid: haar, db2/,
      );
      expect(() => idwt2d(tf.zeros([1, 4, 4, 4]), 'db2', [9, 9])).toThrow(
        /size: got \[9, 9\], wanted \[6, 6\] or one less: y has 4 x 4 coefficients a band and the filters have 4 taps/,
      );
    });
  });
});
