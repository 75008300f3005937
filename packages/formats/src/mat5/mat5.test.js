import { readFileSync } from 'node:fs';
import { zlibSync } from 'fflate';
import fc from 'fast-check';
import { fixturePath } from '@prismamba/testing/golden';
import { describe, expect, test } from 'vitest';
import { concat } from '../concat.js';
import { FormatError } from '../format-error.js';
import { detectMatVersion } from './detect-mat-version.js';
import { readMat5 } from './read-mat5.js';
import { writeMat5 } from './write-mat5.js';
/** v(h,w,c;k) of the fixtures' README. */
const cubeValue = (h, w, c, k) => ((31 * h + 17 * w + 13 * c + 29 * k) % 97) / 96;
function expectCube(array, value) {
    expect(array?.shape).toEqual([24, 20, 31]);
    let i = 0;
    for (let h = 0; h < 24; h++) {
        for (let w = 0; w < 20; w++) {
            for (let c = 0; c < 31; c++)
                expect(array?.data[i++]).toBe(value(h, w, c));
        }
    }
}
describe('fixtures (written by SciPy)', () => {
    const read = (name) => readMat5(readFileSync(fixturePath(`harvard/${name}`)), { name });
    test('compressed double', () => {
        const { arrays } = read('imgf1.mat');
        expect(arrays.get('ref')?.dtype).toBe('float64');
        expectCube(arrays.get('ref'), (h, w, c) => cubeValue(h, w, c, 6));
        const mask = Array.from({ length: 480 }, (_, i) => Number((Math.floor(i / 20) + (i % 20)) % 3 !== 0));
        expect(arrays.get('lbl')).toEqual({ dtype: 'uint8', shape: [24, 20], data: Uint8Array.from(mask) });
    });
    test('not compressed, single', () => {
        const { arrays } = read('imgf2_uncompressed.mat');
        expect(arrays.get('ref')?.dtype).toBe('float32');
        expectCube(arrays.get('ref'), (h, w, c) => Math.fround(cubeValue(h, w, c, 7)));
    });
    test('double stored in small integers', () => {
        const { arrays } = read('imgf3_smallint_types.mat');
        expect(arrays.get('ref')?.dtype).toBe('float64');
        expectCube(arrays.get('ref'), (h, w, c) => (31 * h + 17 * w + 13 * c + 29 * 8) % 97);
        expect(arrays.get('lbl')?.dtype).toBe('float64');
    });
    test('keys: only what is asked for', () => {
        const bytes = readFileSync(fixturePath('harvard/imgf1.mat'));
        const only = readMat5(bytes, { keys: ['lbl'] });
        expect([...only.arrays.keys()]).toEqual(['lbl']);
        expect(only.skipped.get('ref')).toBe('not asked for');
        expect(() => readMat5(bytes, { keys: ['cube'], name: 'f1.mat' })).toThrow(/f1\.mat: there is no variable 'cube'; expected one of 'ref', 'lbl'/);
    });
});
/** Builds level 5 files of kinds that our writer does not write. */
class Mat5Builder {
    little;
    constructor(little) {
        this.little = little;
    }
    number(value, size) {
        const view = new DataView(new ArrayBuffer(size));
        if (size === 2)
            view.setUint16(0, value, this.little);
        else
            view.setUint32(0, value, this.little);
        return new Uint8Array(view.buffer);
    }
    element(type, body, small = false) {
        if (small) {
            const rest = new Uint8Array(4);
            rest.set(body);
            return concat([this.number((body.length << 16) | type, 4), rest]);
        }
        const pad = type === 15 ? 0 : (8 - (body.length % 8)) % 8;
        return concat([this.number(type, 4), this.number(body.length, 4), body, new Uint8Array(pad)]);
    }
    words(values, size = 4) {
        return concat(values.map((value) => this.number(value, size)));
    }
    matrix(name, classCode, flags, shape, data) {
        return this.element(14, concat([
            this.element(6, this.words([classCode | (flags << 8), 0])),
            this.element(5, this.words(shape)),
            this.element(1, new TextEncoder().encode(name), name.length <= 4),
            ...data,
        ]));
    }
    file(...elements) {
        const header = new Uint8Array(128).fill(0x20, 0, 116);
        header.set(this.number(0x0100, 2), 124);
        header.set(this.number(0x4d49, 2), 126);
        return concat([header, ...elements]);
    }
}
describe.each([
    ['little', true],
    ['big', false],
])('%s-endian files', (_, little) => {
    const build = new Mat5Builder(little);
    test('storage smaller than the class, small elements, compressed elements', () => {
        const cube = build.matrix('cube', 6, 0, [2, 3], [build.element(4, build.words([1, 2, 300, 4, 5, 60000], 2))]);
        const tiny = build.matrix('t', 7, 0, [1, 2], [build.element(2, Uint8Array.of(7, 9), true)]);
        const bytes = build.file(cube, build.element(15, zlibSync(tiny)));
        expect(detectMatVersion(bytes)).toBe('v5');
        const { arrays } = readMat5(bytes);
        expect(arrays.get('cube')).toEqual({
            dtype: 'float64',
            shape: [2, 3],
            data: Float64Array.of(1, 300, 5, 2, 4, 60000),
        });
        expect(arrays.get('t')).toEqual({ dtype: 'float32', shape: [1, 2], data: Float32Array.of(7, 9) });
    });
    test('logical, 64-bit integers, empty arrays, text', () => {
        const bytes = build.file(build.matrix('mask', 9, 2, [1, 3], [build.element(2, Uint8Array.of(1, 0, 2), true)]), build.matrix('big', 14, 0, [1, 2], [build.element(5, build.words([-5 >>> 0, 6]))]), build.matrix('none', 6, 0, [0, 5], []), build.matrix('text', 4, 0, [2, 2], [build.element(4, build.words([97, 98, 0xfc, 100], 2))]), build.matrix('utf8', 4, 0, [1, 3], [build.element(16, new TextEncoder().encode('häß'))]));
        const { arrays, texts } = readMat5(bytes);
        expect(arrays.get('mask')).toEqual({ dtype: 'bool', shape: [1, 3], data: Uint8Array.of(1, 0, 1) });
        expect(arrays.get('big')).toEqual({ dtype: 'int64', shape: [1, 2], data: BigInt64Array.of(-5n, 6n) });
        expect(arrays.get('none')).toEqual({ dtype: 'float64', shape: [0, 5], data: new Float64Array(0) });
        expect(texts.get('text')).toBe('aü\nbd');
        expect(texts.get('utf8')).toBe('häß');
    });
    test('cells, structures and complex arrays are skipped; asking for them says why', () => {
        const one = build.element(9, new Uint8Array(8));
        const bytes = build.file(build.matrix('c', 1, 0, [1, 1], [build.matrix('', 6, 0, [1, 1], [one])]), build.matrix('z', 6, 8, [1, 1], [one, one]), build.element(15, zlibSync(build.matrix('s', 2, 0, [1, 1], [build.element(5, build.words([8]), true)]))), build.matrix('x', 6, 0, [1, 1], [one]));
        const { arrays, skipped } = readMat5(bytes);
        expect([...arrays.keys()]).toEqual(['x']);
        expect(Object.fromEntries(skipped)).toEqual({ c: 'a cell array', z: 'complex', s: 'a structure' });
        expect(() => readMat5(bytes, { keys: ['z'] })).toThrow(/the variable 'z' is complex; expected real numbers or text/);
    });
    test('false claims', () => {
        const data = build.element(9, new Uint8Array(16));
        const claim = (shape) => build.file(build.matrix('x', 6, 0, shape, [data]));
        expect(() => readMat5(claim([3, 1]))).toThrow(/16 bytes of data for 'x'; expected 24 for 3 x 1 of float64/);
        expect(() => readMat5(claim([65536, 65536]))).toThrow(/takes 34359738368 bytes; expected at most 2147483648/);
        expect(() => readMat5(claim([0xffffffff, 1]))).toThrow(/dimensions -1 x 1/);
        // a compressed element that announces 2 GB
        const liar = concat([
            build.words([14, 2_000_000_000]),
            build.matrix('x', 6, 0, [50_000, 5000], [data]).subarray(8),
        ]);
        expect(() => readMat5(build.file(build.element(15, zlibSync(liar))))).toThrow(/compressed bytes announce 2000000000/);
        const bomb = build.matrix('x', 6, 0, [1, 1_000_000], [build.element(9, new Uint8Array(8_000_000))]);
        expect(() => readMat5(build.file(build.element(15, zlibSync(bomb))), { maxBytes: 1e6 })).toThrow(/at most 1000000 are left/);
    });
});
test('truncated at every 97th byte, or with a flipped byte: FormatError or an answer, never anything else', () => {
    for (const name of ['imgf1.mat', 'imgf2_uncompressed.mat', 'imgf3_smallint_types.mat']) {
        const bytes = new Uint8Array(readFileSync(fixturePath(`harvard/${name}`)));
        const whole = readMat5(bytes).arrays.size;
        for (let length = 0; length < bytes.length; length += 97) {
            try {
                // A cut between two elements leaves a valid, shorter file.
                expect(readMat5(bytes.subarray(0, length)).arrays.size).toBeLessThan(whole);
            }
            catch (error) {
                expect(error).toBeInstanceOf(FormatError);
            }
        }
        for (let at = 0; at < bytes.length; at += at < 400 ? 1 : 997) {
            const bad = bytes.slice();
            bad[at] = (bad[at] ?? 0) ^ 0x55;
            try {
                readMat5(bad);
            }
            catch (error) {
                expect(error).toBeInstanceOf(FormatError);
            }
        }
    }
});
const SAMPLES = {
    float32: Float32Array.of(1.5, -2, NaN, Infinity, 0, 1e-40),
    float64: Float64Array.of(Math.PI, -0, NaN, -Infinity, 5e-324, 1),
    int8: Int8Array.of(-128, 127, 0, 1, 2, 3),
    uint8: Uint8Array.of(255, 1, 2, 3, 4, 5),
    int16: Int16Array.of(-32768, 32767, 1, 2, 3, 4),
    uint16: Uint16Array.of(65535, 1, 2, 3, 4, 5),
    int32: Int32Array.of(-(2 ** 31), 2 ** 31 - 1, 1, 2, 3, 4),
    uint32: Uint32Array.of(2 ** 32 - 1, 1, 2, 3, 4, 5),
    int64: BigInt64Array.of(-(2n ** 63n), 2n ** 63n - 1n, 1n, 2n, 3n, 4n),
    uint64: BigUint64Array.of(2n ** 64n - 1n, 1n, 2n, 3n, 4n, 5n),
    bool: Uint8Array.of(1, 0, 1, 1, 0, 0),
};
describe('writeMat5', () => {
    test.each([true, false])('round trip of every type (compress: %s)', (compress) => {
        const arrays = new Map(Object.entries(SAMPLES).map(([dtype, data]) => [dtype, { dtype: dtype, shape: [3, 2], data }]));
        expect(readMat5(writeMat5(arrays, { compress })).arrays).toEqual(arrays);
    });
    test('round trip of any shape', () => {
        fc.assert(fc.property(fc.array(fc.integer({ min: 0, max: 21 }), { minLength: 2, maxLength: 4 }), (shape) => {
            const size = shape.reduce((product, extent) => product * extent, 1);
            fc.pre(size < 20000);
            const array = {
                dtype: 'int32',
                shape,
                data: Int32Array.from({ length: size }, (_, i) => i * 7 - 5),
            };
            expect(readMat5(writeMat5(new Map([['x', array]]))).arrays.get('x')).toEqual(array);
        }), { numRuns: 60 });
    });
    test('scalars and vectors get two axes; float16 becomes single', () => {
        const { arrays } = readMat5(writeMat5(new Map([
            ['scalar', { dtype: 'float64', shape: [], data: Float64Array.of(4) }],
            ['vector', { dtype: 'float16', shape: [2], data: Float32Array.of(1, 0.5) }],
        ])));
        expect(arrays.get('scalar')?.shape).toEqual([1, 1]);
        expect(arrays.get('vector')).toEqual({ dtype: 'float32', shape: [1, 2], data: Float32Array.of(1, 0.5) });
    });
    test('refuses names that MATLAB cannot have', () => {
        const array = { dtype: 'uint8', shape: [1], data: Uint8Array.of(1) };
        for (const name of ['', '1a', 'a.b', 'a'.repeat(64)]) {
            expect(() => writeMat5(new Map([[name, array]]))).toThrow(/is no MATLAB name/);
        }
    });
});
test('detectMatVersion looks at the file, not at its name', () => {
    const version = (name) => detectMatVersion(readFileSync(fixturePath(name)).subarray(0, 4096));
    expect(version('harvard/imgf1.mat')).toBe('v5');
    expect(version('ntire2020/ARAD_HS_0001.mat')).toBe('v7.3');
    expect(version('ntire2022/ARAD_1K_0002_libver_latest.mat')).toBe('v7.3');
    expect(version('ntire2022/ARAD_1K_0003_plain_h5_shuffle.mat')).toBe('hdf5');
    expect(version('ntire2020/ARAD_HS_0001_clean.png')).toBeUndefined();
    const v4 = new Uint8Array(Int32Array.of(0, 1, 1, 0, 2).buffer);
    expect(detectMatVersion(v4)).toBe('v4');
    expect(() => readMat5(v4)).toThrow(/level 4 file; expected level 5\. Save it again in MATLAB/);
    expect(() => readMat5(readFileSync(fixturePath('ntire2020/ARAD_HS_0001.mat')))).toThrow(/v7\.3 \(HDF5\).*openMat/);
    expect(() => readMat5(new Uint8Array(50).fill(7))).toThrow(/this is no MATLAB file/);
    expect(() => readMat5(readFileSync(fixturePath('harvard/imgf1.mat')).subarray(0, 99))).toThrow(/ends inside the MATLAB header/);
});
test('every flipped bit of a compressed variable is noticed, unless it changes no value', () => {
    const data = Float64Array.from({ length: 60 }, (_, i) => Math.sin(i));
    const bytes = writeMat5(new Map([['cube', { dtype: 'float64', shape: [5, 4, 3], data }]]), {
        compress: true,
    });
    let harmless = 0;
    for (let bit = 136 * 8; bit < bytes.length * 8; bit++) {
        const bad = bytes.slice();
        bad[bit >> 3] ^= 1 << (bit & 7);
        try {
            expect(readMat5(bad).arrays.get('cube')?.data, `bit ${String(bit)}`).toEqual(data);
            harmless++;
        }
        catch (error) {
            expect(error).toBeInstanceOf(FormatError);
        }
    }
    expect(harmless).toBeLessThan(20); // of more than 3,000: codes of the deflate stream that nothing uses
});
test('zeros that fill a compressed element up to 8 bytes are no damage', () => {
    const build = new Mat5Builder(true);
    const stream = zlibSync(build.matrix('x', 9, 0, [1, 3], [build.element(2, Uint8Array.of(1, 2, 3), true)]));
    const padded = new Uint8Array(Math.ceil((stream.length + 1) / 8) * 8);
    padded.set(stream);
    expect(readMat5(build.file(build.element(15, padded))).arrays.get('x')?.data).toEqual(Uint8Array.of(1, 2, 3));
});
