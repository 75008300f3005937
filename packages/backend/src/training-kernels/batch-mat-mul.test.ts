import * as tf from '@tensorflow/tfjs-core';
import { beforeAll, describe, expect, it } from 'vitest';
import { expectNoLeak, expectRelativeError, testNumbers } from '@prismamba/testing';
import { startBackend } from '../index.js';

/** The definition, in float64: c[i][m][n] = sum_k A[i][m][k] B[i][k][n]. */
function product(
  a: Float32Array,
  b: Float32Array,
  batch: number[],
  m: number,
  n: number,
  k: number,
  tA: boolean,
  tB: boolean,
): Float64Array {
  const [batchA = 1, batchB = 1] = batch;
  const count = Math.max(batchA, batchB);
  const c = new Float64Array(count * m * n);
  for (let item = 0; item < count; item++) {
    const fromA = (batchA === 1 ? 0 : item) * m * k;
    const fromB = (batchB === 1 ? 0 : item) * k * n;
    for (let row = 0; row < m; row++) {
      for (let column = 0; column < n; column++) {
        let sum = 0;
        for (let i = 0; i < k; i++) {
          const left = a[fromA + (tA ? i * m + row : row * k + i)]!;
          const right = b[fromB + (tB ? column * k + i : i * n + column)]!;
          sum += left * right;
        }
        c[(item * m + row) * n + column] = sum;
      }
    }
  }
  return c;
}

const shapes: { batchA: number; batchB: number; m: number; n: number; k: number }[] = [
  { batchA: 1, batchB: 1, m: 5, n: 7, k: 3 },
  { batchA: 1, batchB: 1, m: 1, n: 1, k: 1 },
  { batchA: 1, batchB: 1, m: 70, n: 31, k: 62 },
  { batchA: 1, batchB: 1, m: 31, n: 31, k: 600 },
  { batchA: 3, batchB: 3, m: 31, n: 31, k: 257 },
  { batchA: 3, batchB: 3, m: 9, n: 8, k: 256 },
  { batchA: 4, batchB: 1, m: 6, n: 12, k: 10 },
  { batchA: 1, batchB: 2, m: 300, n: 4, k: 31 },
];
const transposes = [
  [false, false],
  [true, false],
  [false, true],
  [true, true],
] as const;

describe.each(['wasm', 'cpu'] as const)('matMul [%s]', (backend) => {
  beforeAll(async () => void (await startBackend(backend)));

  describe.each(transposes)('transposeA %s, transposeB %s', (tA, tB) => {
    it.each(shapes)('batch $batchA, $batchB: $m x $k times $k x $n', async ({ batchA, batchB, m, n, k }) => {
      const a = testNumbers(batchA * m * k, 1);
      const b = testNumbers(batchB * k * n, 2);
      const c = await expectNoLeak(() =>
        tf.tidy(() =>
          tf
            .matMul(
              tf.tensor3d(a, tA ? [batchA, k, m] : [batchA, m, k]),
              tf.tensor3d(b, tB ? [batchB, n, k] : [batchB, k, n]),
              tA,
              tB,
            )
            .dataSync(),
        ),
      );
      expectRelativeError(c, product(a, b, [batchA, batchB], m, n, k, tA, tB), 2e-6);
    });
  });

  it('keeps four-dimensional batches and broadcasts them', () => {
    const shape = tf.tidy(() => tf.matMul(tf.ones([2, 3, 4, 5]), tf.ones([2, 1, 6, 5]), false, true).shape);
    expect(shape).toEqual([2, 3, 4, 6]);
  });
});
