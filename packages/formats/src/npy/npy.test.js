import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { allocate } from '../dtype.js';
import { FormatError } from '../format-error.js';
import { float16ToNumber, numberToFloat16 } from '../float16.js';
import { readNpy } from './read-npy.js';
import { writeNpy } from './write-npy.js';
const DTYPES = [
    'float16',
    'float32',
    'float64',
    'int8',
    'uint8',
    'int16',
    'uint16',
    'int32',
    'uint32',
    'int64',
    'uint64',
    'bool',
];
function sample(dtype, shape) {
    const data = allocate(dtype, shape.reduce((product, extent) => product * extent, 1));
    for (let i = 0; i < data.length; i++) {
        if (data instanceof BigInt64Array || data instanceof BigUint64Array)
            data[i] = BigInt(i) ** 9n;
        else
            data[i] = dtype === 'bool' ? i % 2 : dtype === 'float16' ? i / 8 : i * 1.1;
    }
    return { dtype, shape, data };
}
/** A version 1 file with this header and body. */
function npy(header, body, version = 1) {
    const text = new TextEncoder().encode(header);
    const head = [0x93, 0x4e, 0x55, 0x4d, 0x50, 0x59, version, 0];
    const length = version === 1 ? [text.length & 255, text.length >> 8] : [text.length & 255, text.length >> 8, 0, 0];
    return Uint8Array.from([...head, ...length, ...text, ...body]);
}
test('round trip of every type and shape', () => {
    const shapes = fc.array(fc.integer({ min: 0, max: 5 }), { maxLength: 4 });
    fc.assert(fc.property(fc.constantFrom(...DTYPES), shapes, (dtype, shape) => {
        const array = sample(dtype, shape);
        const bytes = writeNpy(array);
        expect(readNpy(bytes)).toEqual(array);
        expect((10 + (bytes[8] ?? 0) + 256 * (bytes[9] ?? 0)) % 64).toBe(0); // the data is aligned
    }), { numRuns: 100 });
});
test('big-endian, Fortran order, versions 2 and 3, Python 2 shapes', () => {
    const body = Uint8Array.of(0, 1, 0, 2, 0, 3, 0, 4, 0, 5, 0, 6);
    const big = npy("{'descr': '>i2', 'fortran_order': False, 'shape': (2, 3), }\n", body);
    expect(readNpy(big)).toEqual({ dtype: 'int16', shape: [2, 3], data: Int16Array.of(1, 2, 3, 4, 5, 6) });
    // column-major: (1 3 5 / 2 4 6)
    const fortran = npy("{'descr': '>u2', 'fortran_order': True, 'shape': (2L, 3L), }", body, 2);
    expect(readNpy(fortran)).toEqual({
        dtype: 'uint16',
        shape: [2, 3],
        data: Uint16Array.of(1, 3, 5, 2, 4, 6),
    });
    const scalar = npy("{'descr': '|b1', 'fortran_order': False, 'shape': (), }", Uint8Array.of(1), 3);
    expect(readNpy(scalar)).toEqual({ dtype: 'bool', shape: [], data: Uint8Array.of(1) });
    const four = npy("{'descr': '<u1', 'fortran_order': True, 'shape': (2, 1, 2, 2), }", Uint8Array.of(0, 1, 2, 3, 4, 5, 6, 7));
    expect([...readNpy(four).data]).toEqual([0, 4, 2, 6, 1, 5, 3, 7]);
});
describe('errors name file, offset and what was expected', () => {
    const header = (descr, shape = '(2,)') => `{'descr': ${descr}, 'fortran_order': False, 'shape': ${shape}, }`;
    test.each([
        [
            npy(header("'|O'"), new Uint8Array(16)),
            /x\.npy at byte 10: dtype '\|O' is not supported; .*never loaded/,
        ],
        [npy(header("'<c8'"), new Uint8Array(16)), /real and the imaginary part/],
        [npy(header("'<U5'"), new Uint8Array(40)), /dtype '<U5' is not supported/],
        [npy(header("[('a', '<f4')]"), new Uint8Array(8)), /structured or missing dtype/],
        [
            npy(header("'<f8'"), new Uint8Array(15)),
            /15 bytes of data; expected 16 for shape \[2\] of float64.*truncated/,
        ],
        [npy(header("'<f8'"), new Uint8Array(17)), /17 bytes of data; expected 16/],
        [npy(header("'<f8'", '(99999999999, 99999999999)'), new Uint8Array(16)), /16 bytes of data; expected/],
        [npy(header("'<f8'", '(-2,)'), new Uint8Array(16)), /has no shape/],
        [npy("{'descr': '<f4', 'shape': (1,)}", new Uint8Array(4)), /no fortran_order/],
        [
            Uint8Array.of(0x93, 0x4e, 0x55, 0x4d, 0x50, 0x59, 9, 0, 0, 0),
            /npy version 9; expected version 1, 2 or 3/,
        ],
        [Uint8Array.of(1, 2, 3, 4, 5, 6), /at byte 0: this is no npy file/],
    ])('case %#', (bytes, message) => {
        expect(() => readNpy(bytes, { name: 'x.npy' })).toThrow(message);
        expect(() => readNpy(bytes)).toThrow(FormatError);
    });
    test('every truncation', () => {
        const bytes = writeNpy(sample('float64', [3, 2]));
        for (let length = 0; length < bytes.length; length++)
            expect(() => readNpy(bytes.subarray(0, length))).toThrow(FormatError);
    });
    test('maxBytes', () => {
        expect(() => readNpy(writeNpy(sample('float64', [100])), { maxBytes: 799 })).toThrow(/takes 800 bytes; expected at most 799/);
    });
    test('writeNpy refuses arrays that are not what they claim', () => {
        expect(() => writeNpy({ dtype: 'float32', shape: [3], data: new Float32Array(2) })).toThrow(/data has 2 elements, but shape \[3\] needs 3/);
        expect(() => writeNpy({ dtype: 'float32', shape: [2], data: new Float64Array(2) })).toThrow(/needs a Float32Array, got a Float64Array/);
    });
});
test('float16: every bit pattern survives, and rounding is to the nearest even', () => {
    for (let bits = 0; bits < 0x10000; bits++) {
        const value = float16ToNumber(bits);
        if (Number.isNaN(value))
            expect(Number.isNaN(float16ToNumber(numberToFloat16(value)))).toBe(true);
        else if (numberToFloat16(value) !== bits)
            throw new Error(`pattern ${String(bits)}: ${String(value)}`);
    }
    expect(numberToFloat16(1 + 2 ** -11)).toBe(0x3c00); // half way: even below
    expect(numberToFloat16(1 + 3 * 2 ** -11)).toBe(0x3c02); // half way: even above
    expect(numberToFloat16(2 ** -25)).toBe(0); // half of the smallest
    expect(numberToFloat16(2 ** -25 * 1.01)).toBe(1);
    expect(numberToFloat16(65519.9)).toBe(0x7bff);
    expect(numberToFloat16(-65520)).toBe(0xfc00);
    expect(numberToFloat16(2047.9)).toBe(0x6800);
});
