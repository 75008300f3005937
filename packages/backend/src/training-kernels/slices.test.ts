import * as tf from '@tensorflow/tfjs-core';
import { beforeAll, describe, expect, it } from 'vitest';
import { expectNoLeak, testNumbers } from '@prismamba/testing';
import { startBackend } from '../index.js';

/** The definition: the values of a part, row-major. */
function part(values: ArrayLike<number>, shape: number[], begin: number[], size: number[]): number[] {
  const count = size.reduce((product, length) => product * length, 1);
  return Array.from({ length: count }, (_, i) => {
    let rest = i;
    let at = 0;
    let stride = 1;
    for (let axis = shape.length - 1; axis >= 0; axis--) {
      at += ((rest % size[axis]!) + begin[axis]!) * stride;
      rest = Math.floor(rest / size[axis]!);
      stride *= shape[axis]!;
    }
    return values[at]!;
  });
}

const cases: [shape: number[], begin: number[], size: number[]][] = [
  [[7], [2], [4]],
  [
    [4, 5],
    [1, 0],
    [2, 5],
  ],
  [
    [4, 5],
    [0, 3],
    [4, 1],
  ],
  [
    [2, 3, 40],
    [0, 1, 7],
    [2, 2, 31],
  ],
  [
    [2, 4, 5, 6],
    [1, 1, 2, 1],
    [1, 2, 3, 4],
  ],
  [
    [2, 4, 5, 6],
    [0, 1, 1, 2],
    [2, 3, 3, 3],
  ],
  [
    [2, 4, 5, 6],
    [0, 0, 0, 0],
    [2, 4, 5, 6],
  ],
  [
    [2, 2, 3, 4, 5],
    [0, 0, 1, 1, 1],
    [2, 2, 2, 2, 3],
  ],
  [
    [2, 2, 3, 1, 5],
    [1, 0, 1, 0, 1],
    [1, 2, 2, 1, 3],
  ],
];

describe.each(['wasm', 'cpu'] as const)('slices, splits and concatenations [%s]', (backend) => {
  beforeAll(async () => void (await startBackend(backend)));

  it.each(cases)('slice of %j from %j of size %j', async (shape, begin, size) => {
    const values = testNumbers(
      shape.reduce((a, b) => a * b, 1),
      1,
    );
    const got = await expectNoLeak(() =>
      tf.tidy(() => tf.slice(tf.tensor(values, shape), begin, size).dataSync()),
    );
    expect([...got]).toEqual(part(values, shape, begin, size));
  });

  it.each([0, 1, 2, 3, -1])('split and concat along axis %i are inverse', async (axis) => {
    const shape = [6, 5, 7, 9].map((length, i) => (i === (axis + 4) % 4 ? 11 : length));
    const values = testNumbers(
      shape.reduce((a, b) => a * b, 1),
      2,
    );
    await expectNoLeak(() =>
      tf.tidy(() => {
        const parts = tf.split(tf.tensor(values, shape), [1, 7, 3], axis);
        const along = (axis + 4) % 4;
        let start = 0;
        parts.forEach((piece, k) => {
          const length = [1, 7, 3][k]!;
          const begin = shape.map((_, i) => (i === along ? start : 0));
          const size = shape.map((whole, i) => (i === along ? length : whole));
          expect(piece.shape).toEqual(size);
          expect([...piece.dataSync()]).toEqual(part(values, shape, begin, size));
          start += length;
        });
        expect(tf.concat(parts, axis).dataSync()).toEqual(values);
      }),
    );
  });

  it('keeps the other dtypes, empty parts and the checks of TensorFlow.js', () => {
    tf.tidy(() => {
      expect([...tf.slice(tf.tensor2d([1, 2, 3, 4], [2, 2], 'int32'), [0, 1], [2, 1]).dataSync()]).toEqual([
        2, 4,
      ]);
      expect([...tf.slice(tf.tensor2d([1, 0, 0, 1], [2, 2], 'bool'), [0, 1], [2, 1]).dataSync()]).toEqual([
        0, 1,
      ]);
      expect(tf.slice(tf.tensor1d(['a', 'b', 'c']), [1], [2]).dataSync()).toEqual(['b', 'c']);
      expect(tf.concat([tf.tensor1d(['a']), tf.tensor1d(['b'])]).dataSync()).toEqual(['a', 'b']);
      expect(tf.slice(tf.zeros([3, 2]), [1, 0], [0, 2]).shape).toEqual([0, 2]);
      expect(tf.concat([tf.zeros([0, 2]), tf.ones([1, 2])], 0).shape).toEqual([1, 2]);
      expect(tf.concat([tf.tensor1d([1]), tf.tensor1d([2, 3])]).dataSync()).toEqual(
        Float32Array.from([1, 2, 3]),
      );
      expect(() => tf.slice(tf.zeros([3, 2]), [2, 0], [2, 2])).toThrow();
      expect(() => tf.concat([tf.zeros([3, 2]), tf.zeros([3, 3])], 0)).toThrow();
    });
  });
});
