import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { sliceArray } from '../array-ranges.js';
import { readMat5 } from '../mat5/read-mat5.js';
import { writeMat5 } from '../mat5/write-mat5.js';
import { writeNpy } from '../npy/write-npy.js';
import { readNpz } from '../npz/read-npz.js';
import { Mat5Writer } from './create-mat5.js';
import { NpyWriter } from './create-npy.js';
import { NpzWriter } from './create-npz.js';
let folder = '';
let path = '';
beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'prismamba-create-'));
    path = join(folder, 'out');
});
afterEach(() => {
    rmSync(folder, { recursive: true, force: true });
});
// 5 x 7 x 3 float32 values: 420 bytes, which level 5 files pad to 424.
const shape = [5, 7, 3];
const cube = {
    dtype: 'float32',
    shape,
    data: Float32Array.from({ length: 105 }, (_, i) => i + 0.5),
};
const bands = { dtype: 'float32', shape: [3], data: Float32Array.of(400, 500, 600) };
const rows = (from, to) => sliceArray('test', cube, [[from, to], null, null]);
describe('NpyWriter', () => {
    test('blocks in any order give the bytes of writeNpy', () => {
        const writer = new NpyWriter(path, { shape });
        writer.write(rows(3, 5), [3, 0, 0]);
        writer.write(sliceArray('test', cube, [[0, 3], null, [1, 3]]), [0, 0, 1]);
        writer.write(sliceArray('test', cube, [[0, 3], null, [0, 1]]), [0, 0, 0]);
        expect(existsSync(path)).toBe(false);
        writer.finish();
        expect(readFileSync(path).equals(writeNpy(cube))).toBe(true);
        expect(readdirSync(folder)).toEqual(['out']);
    });
    test('an unfinished file leaves nothing; wrong blocks are refused', () => {
        const writer = new NpyWriter(path, { shape });
        expect(() => writer.write(rows(0, 2), [4, 0, 0])).toThrow(/NpyWriter.write: a block \[2, 7, 3\] at \[4, 0, 0\] leaves the image \[5, 7, 3\]/);
        writer.write(rows(0, 4), [0, 0, 0]);
        expect(() => writer.finish()).toThrow(/only 84 of 105 values were written; no file was made/);
        expect(readdirSync(folder)).toEqual([]);
    });
});
describe('Mat5Writer', () => {
    test('blocks in any order give the bytes of writeMat5 without compression', () => {
        const beside = new Map([['bands', bands]]);
        const writer = new Mat5Writer(path, { name: 'cube', shape, beside });
        writer.write(rows(2, 5), [2, 0, 0]);
        writer.write(rows(0, 2), [0, 0, 0]);
        writer.finish();
        const whole = writeMat5(new Map([...beside, ['cube', cube]]), { compress: false });
        expect(readFileSync(path).equals(whole)).toBe(true);
        expect(readMat5(readFileSync(path)).arrays.get('cube')).toEqual(cube);
    });
    test('refuses what the format cannot hold, before a file is made', () => {
        expect(() => new Mat5Writer(path, { name: 'cube', shape: [6000, 8000, 31] })).toThrow(/Mat5Writer: 'cube' has 5952000000 bytes; a level 5 file holds at most 2 GiB/);
        expect(() => new Mat5Writer(path, { name: '2', shape })).toThrow(/'2' is no MATLAB name/);
        expect(readdirSync(folder)).toEqual([]);
    });
});
describe('NpzWriter', () => {
    test('rows one after the other give an archive with every array, the same bytes each time', () => {
        const write = () => {
            const writer = new NpzWriter(path, { name: 'cube', shape, beside: new Map([['wavelengths', bands]]) });
            writer.append(rows(0, 1));
            writer.append(rows(1, 5));
            writer.finish();
            return readFileSync(path);
        };
        const bytes = write();
        expect(readNpz(bytes)).toEqual(new Map([
            ['wavelengths', bands],
            ['cube', cube],
        ]));
        expect(write().equals(bytes)).toBe(true);
    });
    test('an unfinished archive leaves nothing; wrong rows are refused', () => {
        expect(() => new NpzWriter(path, { name: 'cube', shape: [6000, 8000, 31] })).toThrow(/has 5952000000 bytes; at most 4 GiB are written as \.npz/);
        const writer = new NpzWriter(path, { name: 'cube', shape });
        writer.append(rows(0, 4));
        expect(() => writer.append(rows(0, 2))).toThrow(/NpzWriter.append: got float32 \[2, 7, 3\] after 4 rows, wanted float32 \[at most 1, 7, 3\]/);
        expect(() => writer.finish()).toThrow(/only 4 of 5 rows were written; no file was made/);
        expect(readdirSync(folder)).toEqual([]);
    });
});
