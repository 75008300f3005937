import * as tf from '@tensorflow/tfjs-core';
// Registers the gradients of TensorFlow.js' own operators, as every program with a LayersModel does.
import '@tensorflow/tfjs-layers';
import { toFloat32, toFloat64 } from '@prismamba/formats';
import { eachBackend, expectRelativeError, nchwToNhwc, readGolden, testNumbers } from '@prismamba/testing';
import { describe, expect, it } from 'vitest';
import { agdDegradationLoss, agdRankLoss, agdRankLossAndGradient } from './agd-rank-loss.js';

type Shape4 = [number, number, number, number];
const golden = readGolden('ops/agd_rank_loss.npz');
const nhwc = (name: string) => {
  const array = golden.get(name)!;
  return nchwToNhwc(toFloat32(array), array.shape);
};
const [batch, channels, height, width] = golden.get('x')!.shape as Shape4;
const shape: Shape4 = [batch, height, width, channels];
const lossValue = toFloat64(golden.get('loss')!)[0]!;

describe('agdRankLoss in float64', () => {
  it('equals the golden: value, gradient, singular values', () => {
    const result = agdRankLossAndGradient(nhwc('x'), nhwc('target'), shape);
    expect(Math.abs(result.value / lossValue - 1)).toBeLessThan(1e-6);
    expectRelativeError(result.gradient, nhwc('grad_x'), 1e-4, 'gradient');
    const wanted = golden.get('singular_values_x')!;
    expectRelativeError(result.singularValues.flat(), toFloat64(wanted), 1e-5, 'singular values');
  });

  it('counts what lies between 1e-3 and 1 and shrinks only that', () => {
    // Two bands that never meet: |x| of band 0 sums to a strong component, band 1 to a weak one.
    const small: Shape4 = [1, 4, 4, 2];
    const x = new Float32Array(32);
    for (let p = 0; p < 16; p++) x[2 * p + (p % 2)] = p % 2 === 0 ? 1 : 0.1;
    const { value, gradient } = agdRankLossAndGradient(x, x, small, { window: 4, stride: 4 });
    expect(value).toBeCloseTo(1 / (2 * 16), 12);
    gradient.forEach((g, i) => expect(g).toBeCloseTo(i % 2 === 1 ? x[i]! / (2 * 16 * 9) : 0, 8));
    // A target of zeros has no singular value above the noise: nothing is left.
    expect(agdRankLossAndGradient(x, new Float32Array(32), small, { window: 4, stride: 4 }).value).toBe(0);
  });

  it('intended: the mean relative difference of weak singular values, and its derivative', () => {
    const wide: Shape4 = [2, 4, 6, 2];
    const [x, y] = [testNumbers(96, 3, 0.1), testNumbers(96, 4, 0.1)];
    const options = { window: 4, stride: 2, form: 'intended' } as const;
    const of = (values: Float32Array) => agdRankLossAndGradient(values, y, wide, options);
    const { value, gradient, singularValues } = of(x);
    const { singularValues: wanted } = agdRankLossAndGradient(y, y, wide, options);
    const relative = singularValues.flatMap((values, w) =>
      values.map((s, k) => {
        const t = wanted[w]![k]!;
        return s > 1e-3 && t > 1e-3 && s < 1 ? Math.abs(s - t) / (Math.max(s, t) + 1e-6) : 0;
      }),
    );
    expect(relative.filter((r) => r > 0).length).toBeGreaterThan(4);
    expect(value).toBeCloseTo(relative.reduce((a, b) => a + b) / 4 / (2 * 16), 10);
    // along a direction, by central differences
    const direction = testNumbers(96, 9, 1);
    const moved = (step: number) => of(x.map((v, i) => v + step * direction[i]!)).value;
    const slope = (moved(1e-4) - moved(-1e-4)) / 2e-4;
    const product = gradient.reduce((sum, g, i) => sum + g * direction[i]!, 0);
    expect(product / slope).toBeCloseTo(1, 2);
    expect(agdRankLossAndGradient(y, y, wide, options).value).toBe(0);
  });

  it('rows and columns exchanged in both images change nothing but the order', () => {
    const x = testNumbers(2 * 4 * 8 * 2, 3, 0.1);
    const turned = new Float32Array(x.length);
    const place = (n: number, h: number, w: number) =>
      [((n * 4 + h) * 8 + w) * 2, ((n * 8 + w) * 4 + h) * 2] as const;
    const each = (visit: (wide: number, tall: number) => void) => {
      for (let n = 0; n < 2; n++)
        for (let h = 0; h < 4; h++) for (let w = 0; w < 8; w++) visit(...place(n, h, w));
    };
    each((wide, tall) => turned.set(x.subarray(wide, wide + 2), tall));
    for (const form of ['released', 'intended'] as const) {
      const options = { window: 4, stride: 2, form };
      const y = x.map((v) => 0.5 * v + 0.01);
      const wide = agdRankLossAndGradient(x, y, [2, 4, 8, 2], options);
      const tall = agdRankLossAndGradient(
        turned,
        turned.map((v) => 0.5 * v + 0.01),
        [2, 8, 4, 2],
        options,
      );
      expect(wide.value).toBeGreaterThan(0);
      expect(tall.value).toBeCloseTo(wide.value, 12);
      each((a, b) => expect(tall.gradient[b]! - wide.gradient[a]!).toBeCloseTo(0, 8));
    }
  });

  it('pixels beyond the last whole window of either side have no part in it', () => {
    const [height, width] = [7, 11];
    const x = testNumbers(height * width * 2, 3, 0.1);
    const y = testNumbers(height * width * 2, 4, 0.1);
    const options = { window: 4, stride: 2, form: 'intended' } as const;
    const { singularValues, gradient } = agdRankLossAndGradient(x, y, [1, height, width, 2], options);
    // floor((7 - 4) / 2) + 1 by floor((11 - 4) / 2) + 1 windows: 6 rows and 10 columns.
    expect(singularValues).toHaveLength(2 * 4);
    for (let h = 0; h < height; h++) {
      for (let w = 0; w < width; w++) {
        const at = (h * width + w) * 2;
        const isInside = h < 6 && w < 10;
        expect(gradient.subarray(at, at + 2).some((g) => g !== 0)).toBe(isInside);
      }
    }
  });

  it('adds up overlapping windows, and averages only the value', () => {
    const wide: Shape4 = [1, 4, 6, 2];
    const x = testNumbers(48, 3, 0.1);
    const options = { window: 4, stride: 2 };
    const both = agdRankLossAndGradient(x, x, wide, options);
    const parts = [0, 2].map((left) => {
      const part = new Float32Array(32);
      for (let h = 0; h < 4; h++) part.set(x.subarray((h * 6 + left) * 2, (h * 6 + left + 4) * 2), h * 8);
      return agdRankLossAndGradient(part, part, [1, 4, 4, 2], options);
    });
    expect(both.value).toBeCloseTo((parts[0]!.value + parts[1]!.value) / 2, 12);
    const middle = (h: number, w: number) => both.gradient[(h * 6 + w) * 2]!;
    for (let h = 0; h < 4; h++) {
      expect(middle(h, 0)).toBeCloseTo(parts[0]!.gradient[h * 8]!, 8);
      expect(middle(h, 2)).toBeCloseTo(parts[0]!.gradient[h * 8 + 4]! + parts[1]!.gradient[h * 8]!, 8);
    }
  });
});

eachBackend('agdRankLoss as a loss', () => {
  it('gives value and gradient to training, with the upstream factor', async () => {
    const target = tf.tensor4d(nhwc('target'), shape);
    const x = tf.tensor4d(nhwc('x'), shape);
    const { value, grad } = tf.valueAndGrad((p) => tf.mul(agdRankLoss()(p as tf.Tensor4D, target), 3))(x);
    expect(Math.abs((await value.data())[0]! / (3 * lossValue) - 1)).toBeLessThan(1e-5);
    expectRelativeError(
      await grad.data(),
      nhwc('grad_x').map((g) => 3 * g),
      1e-4,
    );
    tf.dispose([target, x, value, grad]);
  });

  it('agdDegradationLoss compares the RGB input with the degraded prediction', async () => {
    const [value, largest] = tf.tidy(() => {
      const x = tf.tensor4d(nhwc('x'), shape);
      const kernel = tf.randomNormal<tf.Rank.R4>([3, 3, 6, 3], 0, 1, 'float32', 1);
      const rgb = tf.add<tf.Tensor4D>(tf.conv2d(x, kernel, 1, 'same'), 0.25);
      const { value, grad } = tf.valueAndGrad((p) =>
        agdDegradationLoss({ kernel: () => kernel })(p as tf.Tensor4D, x, rgb),
      )(x);
      expect(() => agdDegradationLoss({ kernel: () => kernel })(x, x)).toThrow('rgb is missing');
      return [value, tf.max(tf.abs(grad))] as const;
    });
    expect((await value.data())[0]).toBeCloseTo(0.0625, 5);
    expect((await largest.data())[0]).toBeGreaterThan(0);
    tf.dispose([value, largest]);
  });

  it('names what is wrong', () => {
    tf.tidy(() => {
      const small = tf.zeros<tf.Rank.R4>([1, 32, 64, 3]);
      expect(() => agdRankLoss()(small, small)).toThrow(
        /got 32 x 64 pixels, wanted at least 48 x 48 \(one window\)/,
      );
      expect(() => agdRankLoss({ window: 20 })(small, small)).toThrow(/window: got 20 with stride 16/);
      expect(() => agdRankLoss()(small, tf.zeros([1, 32, 64, 1]))).toThrow(
        /agdRankLoss: prediction has shape/,
      );
    });
  });
});
