import fc from 'fast-check';
import { expect, test } from 'vitest';
import { sliceArray } from './array-ranges.js';
import {
  fromFortranOrder,
  toFloat32,
  toFloat64,
  toFortranOrder,
  transpose,
  type NdArray,
} from './ndarray.js';

const arrayOf = (shape: readonly number[]): NdArray => ({
  dtype: 'int32',
  shape,
  data: Int32Array.from({ length: shape.reduce((product, extent) => product * extent, 1) }, (_, i) => i),
});

/** Same type and bytes; comparing a hundred large arrays number by number takes seconds. */
const sameBytes = (a: ArrayBufferView, b: ArrayBufferView): boolean =>
  a.constructor === b.constructor &&
  Buffer.from(a.buffer, a.byteOffset, a.byteLength).equals(Buffer.from(b.buffer, b.byteOffset, b.byteLength));

test('toFloat32 and toFloat64 of every kind; no copy where none is needed', () => {
  const big: NdArray = { dtype: 'int64', shape: [2], data: BigInt64Array.of(-3n, 2n ** 40n) };
  expect(toFloat64(big)).toEqual(Float64Array.of(-3, 2 ** 40));
  expect(toFloat32(big)).toEqual(Float32Array.of(-3, 2 ** 40));
  expect(toFloat32({ dtype: 'uint16', shape: [1], data: Uint16Array.of(65535) })).toEqual(
    Float32Array.of(65535),
  );
  expect(toFloat64({ dtype: 'float32', shape: [1], data: Float32Array.of(0.1) })).toEqual(
    Float64Array.of(Math.fround(0.1)),
  );
  const single: NdArray = { dtype: 'float32', shape: [1], data: Float32Array.of(1) };
  expect(toFloat32(single)).toBe(single.data);
});

test('transpose: result[j...] = array[j in the order of axes]', () => {
  const turned = transpose(arrayOf([2, 3, 4]), [2, 0, 1]);
  expect(turned.shape).toEqual([4, 2, 3]);
  expect(turned.data[(3 * 2 + 1) * 3 + 2]).toBe((1 * 3 + 2) * 4 + 3);
  expect(transpose(arrayOf([2, 3])).data).toEqual(Int32Array.of(0, 3, 1, 4, 2, 5));
  expect(transpose(arrayOf([])).data).toEqual(Int32Array.of(0));
  expect(() => transpose(arrayOf([2, 3]), [0, 0])).toThrow(/axes \[0, 0\] must name each of the 2 axes once/);
});

test('column-major order is the C order of the reversed shape, in blocks too', () => {
  const extents = fc.array(fc.integer({ min: 0, max: 40 }), { maxLength: 4 });
  fc.assert(
    fc.property(extents, (shape) => {
      fc.pre(shape.reduce((product, extent) => product * extent, 1) < 30_000);
      const array = arrayOf(shape);
      const columns = toFortranOrder(array);
      expect(sameBytes(columns, transpose(array).data)).toBe(true);
      expect(sameBytes(fromFortranOrder(columns, 'int32', shape), array.data)).toBe(true);
    }),
    { numRuns: 80 },
  );
});

test('sliceArray', () => {
  expect(
    sliceArray('t', arrayOf([3, 4]), [
      [1, 3],
      [2, 4],
    ]),
  ).toEqual({ dtype: 'int32', shape: [2, 2], data: Int32Array.of(6, 7, 10, 11) });
  expect(sliceArray('t', arrayOf([3, 4]), [[1, 1], null])).toEqual({
    dtype: 'int32',
    shape: [0, 4],
    data: new Int32Array(0),
  });
  expect(() => sliceArray('t', arrayOf([3, 4]), [null])).toThrow(
    /t: 1 ranges for the 2 axes of shape \[3, 4\]/,
  );
  expect(() => sliceArray('t', arrayOf([3, 4]), [[2, 1], null])).toThrow(/range \[2, 1\) of axis 0/);
});
