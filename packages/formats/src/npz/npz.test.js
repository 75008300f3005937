import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { zipSync } from 'fflate';
import fc from 'fast-check';
import { goldenPath } from '@prismamba/testing/golden';
import { describe, expect, test } from 'vitest';
import { FormatError } from '../format-error.js';
import { writeNpy } from '../npy/write-npy.js';
import { readNpz } from './read-npz.js';
import { writeNpz } from './write-npz.js';
const array = (...values) => ({
    dtype: 'float64',
    shape: [values.length],
    data: Float64Array.from(values),
});
test('all small golden archives read, and survive a round trip stored and deflated', () => {
    const folder = goldenPath('ops');
    for (const name of readdirSync(folder).filter((file) => file.endsWith('.npz'))) {
        const bytes = readFileSync(join(folder, name));
        if (bytes.length > 100_000)
            continue;
        const arrays = readNpz(bytes, { name });
        expect(arrays.size, name).toBeGreaterThan(0);
        for (const compress of [false, true])
            expect(readNpz(writeNpz(arrays, { compress }))).toEqual(arrays);
    }
});
test('values of a golden archive: the polynomial schedule lr = lr0 (1 - it / max)^1.5', () => {
    const arrays = readNpz(readFileSync(goldenPath('ops/adam_lr.npz')));
    const iterations = arrays.get('poly_iter');
    const rates = arrays.get('poly_lr_init1e-4_max1e6_pow1.5');
    expect(iterations?.dtype).toBe('int64');
    expect(rates?.dtype).toBe('float64');
    expect(rates?.shape).toEqual([8]);
    for (let i = 0; i < 8; i++) {
        const wanted = 1e-4 * (1 - Number(iterations?.data[i]) / 1e6) ** 1.5;
        expect(Math.abs(Number(rates?.data[i]) - wanted)).toBeLessThan(1e-18);
    }
});
test('any names; the order stays; the same arrays give the same bytes', () => {
    fc.assert(fc.property(fc.uniqueArray(fc.string({ minLength: 1, maxLength: 12 }), { maxLength: 6 }), fc.boolean(), (names, compress) => {
        const arrays = new Map(names.map((name, i) => [name, array(i, i + 0.5)]));
        const bytes = writeNpz(arrays, { compress });
        const read = readNpz(bytes);
        expect(read).toEqual(arrays);
        expect([...read.keys()]).toEqual(names);
        expect(writeNpz(arrays, { compress })).toEqual(bytes);
    }), { numRuns: 100 });
});
/** Offset of the only entry in the zip directory. */
function entryOffset(zip) {
    for (let at = 0; at < zip.length; at++) {
        if (zip[at] === 0x50 && zip[at + 1] === 0x4b && zip[at + 2] === 1 && zip[at + 3] === 2)
            return at;
    }
    throw new Error('no directory');
}
function patched(zip, field, value, size = 4) {
    const copy = zip.slice();
    const view = new DataView(copy.buffer);
    const at = entryOffset(copy) + field;
    if (size === 2)
        view.setUint16(at, value, true);
    else
        view.setUint32(at, value, true);
    return copy;
}
describe('hostile archives', () => {
    const zeros = { dtype: 'float64', shape: [5000], data: new Float64Array(5000) };
    const deflated = writeNpz(new Map([['x', zeros]]), { compress: true });
    const stored = writeNpz(new Map([['x', array(1, 2, 3)]]));
    const SIZE = 24, STORED = 20, METHOD = 10, FLAGS = 8, HEADER = 42, CRC = 16;
    test.each([
        [
            'a size beyond what deflate can give',
            patched(deflated, SIZE, 1_900_000_000),
            /claim to inflate to 1900000000; expected at most/,
        ],
        [
            'a size that is too small',
            patched(deflated, SIZE, 1000),
            /inflates to more bytes; expected the 1000 bytes that the directory claims/,
        ],
        [
            'a size that is too large',
            patched(deflated, SIZE, 41_000),
            /inflates to 40128 bytes; expected the 41000 bytes/,
        ],
        ['stored with two sizes', patched(stored, SIZE, 9), /stored with 152 bytes but claims 9/],
        [
            'data beyond the directory',
            patched(patched(stored, SIZE, 5000), STORED, 5000),
            /claims bytes .* expected data before the directory/,
        ],
        ['a header beyond the directory', patched(stored, HEADER, 100_000), /claims to start at byte 100000/],
        ['an encrypted member', patched(stored, FLAGS, 1, 2), /it is encrypted/],
        [
            'another compression',
            patched(stored, METHOD, 12, 2),
            /compression method 12; expected 0 \(stored\) or 8/,
        ],
        ['a wrong checksum', patched(stored, CRC, 1), /its checksum \(CRC-32\) does not match/],
    ])('%s', (_, bytes, message) => {
        expect(() => readNpz(bytes, { name: 'x.npz' })).toThrow(message);
        expect(() => readNpz(bytes)).toThrow(FormatError);
    });
    test('one member twice, and members that share their data (the zip bomb of overlapping files)', () => {
        const two = zipSync({
            'a.npy': [writeNpy(array(1)), { level: 0 }],
            'b.npy': [writeNpy(array(2)), { level: 0 }],
        });
        const second = two.lastIndexOf(0x62); // the name in the directory
        const twice = two.slice();
        twice[second] = 0x61;
        expect(() => readNpz(twice)).toThrow(/the member 'a\.npy' is there twice/);
        const overlapping = two.slice();
        new DataView(overlapping.buffer).setUint32(second - 4, 0, true); // both headers at byte 0
        expect(() => readNpz(overlapping)).toThrow(/the members 'a\.npy' and 'b\.npy' overlap/);
    });
    test('maxBytes holds for the sum of all members', () => {
        const arrays = new Map(Array.from({ length: 10 }, (_, i) => [`a${String(i)}`, zeros]));
        expect(() => readNpz(writeNpz(arrays, { compress: true }), { maxBytes: 200_000 })).toThrow(/at most 200000 bytes together/);
        expect(() => readNpz(writeNpz(arrays), { maxBytes: 200_000 })).toThrow(/takes 40000 bytes; expected at most 0/);
    });
    test('every truncation is a FormatError; a flipped byte is one or changes nothing', () => {
        for (const good of [deflated, stored]) {
            for (let length = 0; length < good.length; length++) {
                expect(() => readNpz(good.subarray(0, length)), String(length)).toThrow(FormatError);
            }
            const whole = readNpz(good);
            for (let at = 0; at < good.length; at++) {
                const bad = good.slice();
                bad[at] = (bad[at] ?? 0) ^ 0x41;
                try {
                    // Dates, versions and the local copy of a name are no data.
                    expect([...readNpz(bad).values()]).toEqual([...whole.values()]);
                }
                catch (error) {
                    expect(error, String(at)).toBeInstanceOf(FormatError);
                }
            }
        }
    });
    test('a member that is no array', () => {
        expect(() => readNpz(zipSync({ 'readme.txt': new Uint8Array(3) }))).toThrow(/there is no array of numbers, only 'readme\.txt' \(no \.npy file\)/);
    });
});
