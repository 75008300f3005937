import * as tf from '@tensorflow/tfjs-core';
import { afterEach, beforeAll, describe, expect, it, vi } from 'vitest';
import { expectNoLeak } from '@prismamba/testing';
import { startBackend } from '../index.js';
import * as simd from './simd-kernels.js';

/** Phi by its power series, summed in float64: the definition, for |x| up to 6. */
function distribution(x: number): number {
  let term = x;
  let sum = x;
  for (let n = 1; n < 200; n++) {
    term *= (x * x) / (2 * n + 1);
    sum += term;
  }
  return 0.5 + (sum * Math.exp(-0.5 * x * x)) / Math.sqrt(2 * Math.PI);
}

// 4k + 3 values: the part that is no whole vector too.
const xs = Float32Array.from({ length: 483 }, (_, i) => (i - 241) / 41);
const far = [-3.4e38, -1e4, -40, -13, 13, 40, 1e4, 3.4e38];

const run = (name: string, inputs: Record<string, tf.Tensor>) =>
  tf.engine().runKernel<tf.Tensor>(name, inputs);

describe.each(['SIMD kernels', 'loops, as without SIMD'])('GELU on WASM [%s]', (variant) => {
  beforeAll(async () => void (await startBackend('wasm')));
  afterEach(() => vi.restoreAllMocks());
  const withVariant = <T>(body: () => T): T => {
    if (variant !== 'SIMD kernels') vi.spyOn(simd, 'simdKernels').mockReturnValue(undefined);
    return body();
  };

  it('equals x Phi(x)', () =>
    expectNoLeak(() =>
      tf.tidy(() => {
        const y = withVariant(() => run('PrismambaGelu', { x: tf.tensor1d(xs) })).dataSync();
        xs.forEach((x, i) =>
          expect(Math.abs(y[i]! - x * distribution(x))).toBeLessThan(4e-7 * Math.max(1, Math.abs(x))),
        );
      }),
    ));

  it('has the gradient Phi(x) + x phi(x)', () =>
    expectNoLeak(() =>
      tf.tidy(() => {
        const dy = xs.map((_, i) => 1 + (i % 5));
        const dx = withVariant(() =>
          run('PrismambaGeluGrad', { x: tf.tensor1d(xs), dy: tf.tensor1d(dy) }),
        ).dataSync();
        xs.forEach((x, i) => {
          const wanted = dy[i]! * (distribution(x) + (x * Math.exp(-0.5 * x * x)) / Math.sqrt(2 * Math.PI));
          expect(Math.abs(dx[i]! - wanted)).toBeLessThan(4e-6);
        });
      }),
    ));

  it('is 0 or the identity far out', () => {
    let [y, dx]: Float32Array[] = [];
    tf.tidy(() =>
      withVariant(() => {
        const x = tf.tensor1d(far);
        y = run('PrismambaGelu', { x }).dataSync<'float32'>();
        dx = run('PrismambaGeluGrad', { x, dy: tf.onesLike(x) }).dataSync<'float32'>();
      }),
    );
    Float32Array.from(far).forEach((x, i) => {
      expect(Math.abs(y![i]! - Math.max(0, x))).toBeLessThan(1e-7 * Math.max(1, x));
      expect(Math.abs(dx![i]! - (x > 0 ? 1 : 0))).toBeLessThan(1e-6);
    });
  });
});
