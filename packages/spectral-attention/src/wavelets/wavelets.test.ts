import '@tensorflow/tfjs-layers';
import * as tf from '@tensorflow/tfjs-core';
import { eachBackend, expectRelativeError, testNumbers } from '@prismamba/testing';
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

/** The values of what is computed, read when it is there. */
async function valuesOf(compute: () => tf.Tensor): Promise<Float32Array> {
  const tensor = tf.tidy(compute);
  const values = await tensor.data<'float32'>();
  tensor.dispose();
  return values;
}

type Shape = [number, number, number, number];
const countOf = (shape: Shape) => shape.reduce((a, b) => a * b, 1);

/** A linear map and the gradient of <f(x), w>, which is the same everywhere: along d it is <f(d), w>. */
async function checkLinear(f: (x: tf.Tensor4D) => tf.Tensor4D, shape: Shape): Promise<void> {
  const product = (x: tf.Tensor) => {
    const y = f(x as tf.Tensor4D);
    return tf.sum(tf.mul(y, tf.tensor4d(testNumbers(y.size, 4), y.shape)));
  };
  const x = testNumbers(countOf(shape), 3);
  const gradient = await valuesOf(() => tf.grad(product)(tf.tensor4d(x, shape)));
  for (const seed of [5, 6, 7]) {
    const direction = testNumbers(countOf(shape), seed);
    const [slope] = await valuesOf(() => product(tf.tensor4d(direction, shape)));
    const along = gradient.reduce((total, g, i) => total + g * direction[i]!, 0);
    expect(Math.abs(along - slope!)).toBeLessThan(1e-4 * Math.max(1e-2, Math.abs(slope!)));
  }
}

eachBackend('dwt2d and idwt2d', () => {
  it.each(waveletNames)('%s along one row equals the definition', async (name) => {
    const { decLow, decHigh } = waveletFilters(name);
    const x = testNumbers(11, 5);
    const y = await valuesOf(() => dwt2d(tf.tensor4d(x, [1, 1, 11, 1]), name));
    // The height of one is transformed too: its low band is row 0 scaled by the tap that meets the row.
    const column = analyse([1], decLow);
    const low = analyse(x, decLow);
    const high = analyse(x, decHigh);
    // [rows, columns, LL LH HL HH]
    const band = (row: number, k: number) => low.map((_, i) => y[4 * (row * low.length + i) + k]!);
    column.forEach((scale, row) => {
      const scaled = (values: readonly number[]) => values.map((v) => v * scale);
      expectRelativeError(band(row, 0), scaled(low), 2e-6, 'LL');
      expectRelativeError(band(row, 2), scaled(high), 2e-6, 'HL');
    });
  });

  describe.each(waveletNames)('%s', (name) => {
    it.each([
      [1, 8, 10, 2],
      [2, 7, 9, 3],
      [1, 3, 2, 1],
      [1, 1, 1, 1],
    ] as Shape[])('restores a map of [%i, %i, %i, %i]', async (...shape) => {
      const values = testNumbers(countOf(shape), 11);
      const taps = waveletFilters(name).decLow.length;
      const back = await valuesOf(() => {
        const y = dwt2d(tf.tensor4d(values, shape), name);
        expect(y.shape).toEqual([
          shape[0],
          coefficientCount(shape[1], taps),
          coefficientCount(shape[2], taps),
          4 * shape[3],
        ]);
        const restored = idwt2d(y, name, [shape[1], shape[2]]);
        expect(restored.shape).toEqual(shape);
        return restored;
      });
      expectRelativeError(back, values, 3e-6);
    });

    it('has the gradients of a linear map', async () => {
      const shape: Shape = [1, 5, 6, 2];
      await checkLinear((x) => dwt2d(x, name), shape);
      const bands = tf.tidy(() => dwt2d(tf.zeros(shape), name).shape);
      await checkLinear((y) => idwt2d(y, name, [5, 6]), bands);
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
