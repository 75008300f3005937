import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { unzlibSync } from 'fflate';
import { File as H5File } from 'h5wasm/node';
import { fixturePath } from '@prismamba/testing/golden';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { FormatError } from '../format-error.js';
import { FileError } from '../node/file-error.js';
import { openMat, readMat } from '../node/open-mat.js';
import { loadH5wasm } from './h5wasm-files.js';
import { openHdf5 } from './open-hdf5.js';
let folder = '';
beforeAll(async () => {
    folder = mkdtempSync(join(tmpdir(), 'prismamba-hdf5-'));
    await loadH5wasm();
});
afterAll(() => {
    rmSync(folder, { recursive: true, force: true });
});
/** v(h,w,c;k) of the fixtures' README. */
const cubeValue = (h, w, c, k) => ((31 * h + 17 * w + 13 * c + 29 * k) % 97) / 96;
function expectPart(part, k, [h0, w0, c0], round = false) {
    const [rows = 0, columns = 0, bands = 0] = part.shape;
    let i = 0;
    for (let h = 0; h < rows; h++) {
        for (let w = 0; w < columns; w++) {
            for (let c = 0; c < bands; c++) {
                const value = cubeValue(h + h0, w + w0, c + c0, k);
                expect(part.data[i++]).toBe(round ? Math.fround(value) : value);
            }
        }
    }
}
const FIXTURES = [
    ['ntire2020/ARAD_HS_0001.mat', 1, 'float64'], // user block, superblock 0, partial chunks, deflate
    ['ntire2020/ARAD_HS_0002_contiguous.mat', 2, 'float64'],
    ['ntire2022/ARAD_1K_0001.mat', 3, 'float32'],
    ['ntire2022/ARAD_1K_0002_libver_latest.mat', 4, 'float32'], // superblock 3
    ['ntire2022/ARAD_1K_0003_plain_h5_shuffle.mat', 5, 'float32'], // no user block, shuffle
];
describe.each(FIXTURES)('%s', (name, k, dtype) => {
    test('in HDF5 order and in MATLAB order, whole and in part, to the last bit', async () => {
        const path = fixturePath(name);
        const raw = await openHdf5(path);
        expect(raw.shape('cube')).toEqual([31, 20, 24]);
        expect(raw.dtype('cube')).toBe(dtype);
        const band = raw.slice('cube', [[7, 8], null, [3, 5]]);
        expect(band.shape).toEqual([1, 20, 2]);
        for (let w = 0; w < 20; w++) {
            const value = cubeValue(4, w, 7, k);
            expect(band.data[2 * w + 1]).toBe(dtype === 'float32' ? Math.fround(value) : value);
        }
        raw.close();
        const mat = await openMat(path);
        expect(mat.shape('cube')).toEqual([24, 20, 31]);
        const whole = mat.read('cube');
        expect(whole.shape).toEqual([24, 20, 31]);
        expectPart(whole, k, [0, 0, 0], dtype === 'float32');
        const patch = mat.slice('cube', [[5, 21], [13, 20], null]); // ends in a partial chunk
        expect(patch.shape).toEqual([16, 7, 31]);
        expectPart(patch, k, [5, 13, 0], dtype === 'float32');
        mat.close();
        expect(() => mat.read('cube')).toThrow(/closed/);
    });
});
test('the other arrays of an NTIRE2020 file', async () => {
    const arrays = await readMat(fixturePath('ntire2020/ARAD_HS_0001.mat'));
    expect([...arrays.keys()]).toEqual(['bands', 'cube', 'norm_factor']);
    expect(arrays.get('norm_factor')).toEqual({
        dtype: 'float64',
        shape: [1, 1],
        data: Float64Array.of(0.8125),
    });
    const bands = arrays.get('bands');
    expect(bands?.shape).toEqual([1, 31]);
    expect(Array.from(bands?.data ?? [], Number)).toEqual(Array.from({ length: 31 }, (_, i) => 400 + 10 * i));
});
test('openMat gives the same view of level 5 files', async () => {
    const mat = await openMat(fixturePath('harvard/imgf1.mat'));
    expect(mat.keys()).toEqual(['ref', 'lbl']);
    expect(mat.shape('ref')).toEqual([24, 20, 31]);
    expect(mat.dtype('lbl')).toBe('uint8');
    expectPart(mat.slice('ref', [
        [20, 24],
        [0, 5],
        [30, 31],
    ]), 6, [20, 0, 30]);
    expectPart(mat.read('ref'), 6, [0, 0, 0]);
    expect(() => mat.read('rfe')).toThrow(/there is no array 'rfe'.*Did you mean 'ref'/);
    mat.close();
    expect(() => mat.read('ref')).toThrow(/closed/);
});
describe('odd files, written here with libhdf5', () => {
    test('newest superblock, partial chunks larger than the array, groups, integers, scalars', async () => {
        const path = join(folder, 'odd.h5');
        const file = new H5File(path, 'w', { libver: 'latest' });
        const values = Float64Array.from({ length: 7 * 5 * 9 }, (_, i) => i / 3);
        file.create_dataset({
            name: 'chunked',
            data: values,
            shape: [7, 5, 9],
            chunks: [4, 3, 4],
            compression: 'gzip',
            compression_opts: 9,
        });
        file.create_group('scene').create_dataset({ name: 'id', data: BigInt64Array.of(1n, -(2n ** 60n)) });
        file.create_dataset({ name: 'scalar', data: Uint16Array.of(65535), shape: [], dtype: '<H' });
        file.create_dataset({ name: 'empty', data: new Float32Array(0), shape: [0, 3], dtype: '<f' });
        file.create_dataset({ name: 'text', data: 'hello' });
        file.close();
        const odd = await openHdf5(path);
        expect(odd.keys().sort()).toEqual(['chunked', 'empty', 'scalar', 'scene/id', 'text']);
        expect(odd.read('chunked')).toEqual({ dtype: 'float64', shape: [7, 5, 9], data: values });
        const part = odd.slice('chunked', [
            [3, 7],
            [4, 5],
            [7, 9],
        ]);
        expect([...part.data]).toEqual([3, 4, 5, 6].flatMap((a) => [7, 8].map((c) => ((a * 5 + 4) * 9 + c) / 3)));
        expect(odd.read('scene/id').data).toEqual(BigInt64Array.of(1n, -(2n ** 60n)));
        expect(odd.read('scalar')).toEqual({ dtype: 'uint16', shape: [], data: Uint16Array.of(65535) });
        expect(odd.read('empty').shape).toEqual([0, 3]);
        expect(odd.slice('chunked', [[2, 2], null, null]).shape).toEqual([0, 5, 9]);
        expect(() => odd.read('text')).toThrow(/'text' holds text of .* expected real numbers/);
        odd.close();
        const mat = await openMat(path);
        expect(mat.keys().sort()).toEqual(['chunked', 'empty', 'scalar', 'scene/id']);
        mat.close();
    });
    test('big-endian numbers', async () => {
        const path = join(folder, 'big.h5');
        const file = new H5File(path, 'w', { libver: ['earliest', 'latest'] });
        const values = Float64Array.of(1.5, -2.25, 1e300, 7);
        file.create_dataset({ name: 'x', data: values });
        file.close();
        // libhdf5's JavaScript face writes little-endian only: turn the type's order bit and the bytes.
        const bytes = readFileSync(path);
        const type = bytes.indexOf(Uint8Array.of(0x11, 0x20, 0x3f, 0x00, 8, 0, 0, 0));
        const data = bytes.indexOf(new Uint8Array(values.buffer));
        expect(type).toBeGreaterThan(0);
        expect(data).toBeGreaterThan(0);
        bytes[type + 1] = 0x21;
        for (let i = 0; i < 4; i++)
            bytes.subarray(data + 8 * i, data + 8 * i + 8).reverse();
        writeFileSync(path, bytes);
        const big = await openHdf5(path);
        expect(big.read('x')).toEqual({ dtype: 'float64', shape: [4], data: values });
        big.close();
    });
    test('an array larger than one slab arrives whole', async () => {
        const path = join(folder, 'large.h5');
        const file = new H5File(path, 'w');
        const data = Int32Array.from({ length: 300 * 40_000 }, (_, i) => i);
        file.create_dataset({ name: 'x', data, shape: [300, 40_000], chunks: [7, 10_000] });
        file.close();
        const large = await openHdf5(path);
        const read = large.read('x');
        let wrong = 0;
        for (let i = 0; i < data.length; i++)
            if (read.data[i] !== i)
                wrong++;
        expect(wrong).toBe(0);
        expect(large.slice('x', [
            [123, 290],
            [39_990, 40_000],
        ]).data[166 * 10 + 9]).toBe(290 * 40_000 - 1);
        large.close();
    });
    test('slice touches only the chunks that it needs', async () => {
        const path = join(folder, 'bad-chunk.h5');
        const file = new H5File(path, 'w');
        const noise = Float64Array.from({ length: 2000 }, (_, i) => Math.sin(i * i));
        file.create_dataset({
            name: 'x',
            data: noise,
            shape: [2, 1000],
            chunks: [1, 1000],
            compression: 'gzip',
            compression_opts: 1,
        });
        file.close();
        const bytes = readFileSync(path);
        const second = bytes.lastIndexOf(Uint8Array.of(0x78, 0x01)); // zlib header of the last chunk
        bytes.fill(0xff, second + 2, second + 200);
        writeFileSync(path, bytes);
        const damaged = await openHdf5(path);
        expect(damaged.slice('x', [[0, 1], null]).data).toEqual(noise.slice(0, 1000));
        expect(() => damaged.slice('x', [[1, 2], null])).toThrow(FormatError);
        expect(() => damaged.slice('x', [[1, 2], null])).toThrow(/'x' cannot be read \(.*\); expected an undamaged HDF5 file/);
        damaged.close();
    });
});
describe('errors', () => {
    test('groups that hold themselves', async () => {
        const path = join(folder, 'circle.h5');
        const file = new H5File(path, 'w');
        file.create_group('a').create_dataset({ name: 'x', data: Float64Array.of(1) });
        for (const name of ['a/b', 'a/c', 'a/d'])
            file.create_hard_link('/a', name);
        file
            .create_group('e')
            .create_group('f')
            .create_dataset({ name: 'y', data: Float64Array.of(2) });
        file.close();
        const circle = await openHdf5(path);
        expect(circle.keys()).toEqual(['a/x', 'e/f/y']);
        expect(circle.read('e/f/y').data[0]).toBe(2);
        circle.close();
    });
    test('missing, not HDF5, another MATLAB version', async () => {
        await expect(openHdf5(join(folder, 'nothing.mat'))).rejects.toThrow(FileError);
        const near = fixturePath('ntire2020').concat('/ARAD_HS_001.mat');
        await expect(openMat(near)).rejects.toThrow(/there is no file .*did you mean 'ARAD_HS_0001\.mat'/);
        await expect(openHdf5(fixturePath('ntire2020/ARAD_HS_0001_clean.png'))).rejects.toThrow(/this is no HDF5 file/);
        await expect(openHdf5(fixturePath('harvard/imgf1.mat'))).rejects.toThrow(/MATLAB v5 file.*Read it with openMat/);
        await expect(openMat(fixturePath('ntire2020/ARAD_HS_0001_clean.png'))).rejects.toThrow(/this is no MATLAB file/);
    });
    test('a wrong name, a wrong range, too much memory', async () => {
        const path = fixturePath('ntire2020/ARAD_HS_0001.mat');
        const mat = await openMat(path, { maxBytes: 1000 });
        expect(() => mat.read('cub')).toThrow(/there is no array 'cub'; expected one of 'bands', 'cube', 'norm_factor'\. Did you mean 'cube'\?/);
        expect(() => mat.slice('cube', [[0, 25], null, null])).toThrow(/range \[0, 25\) of axis 0 must lie in \[0, 24\) of shape \[24, 20, 31\]/);
        expect(() => mat.slice('cube', [null])).toThrow(/1 ranges for the 3 axes/);
        expect(() => mat.read('cube')).toThrow(/takes 119040 bytes; expected at most 1000/);
        expect(mat.read('bands').data).toHaveLength(31);
        mat.close();
    });
    test('truncated files: FormatError, never another exception', async () => {
        for (const [name] of FIXTURES) {
            const bytes = readFileSync(fixturePath(name));
            const path = join(folder, 'cut.mat');
            for (let length = 0; length < bytes.length; length += 97 * (bytes.length > 30_000 ? 31 : 1)) {
                writeFileSync(path, bytes.subarray(0, length));
                const attempt = openMat(path).then((mat) => {
                    try {
                        mat.keys().forEach((key) => mat.read(key));
                    }
                    finally {
                        mat.close();
                    }
                });
                await expect(attempt, `${name} cut at ${String(length)}`).rejects.toThrow(FormatError);
            }
        }
    });
    test('a compression filter that is not built in is named as such, and not as damage', async () => {
        // 64 zeros that h5py compressed with LZF; the file itself deflated, in base64.
        const stored = 'eNrr9HBx4+WS4mLm4GCAgf9QwAkVMoCK3+964+nv4RLEpHD/OGM2Mq5gEkLWCANcTAyMDAxsPAxAirHiMMx8DwaqgS' +
            'YWzYlgJwEtYBRhYGBiZGR0gMrBaGYeBkYBBpAbQICDgRXoKmZmbikGRqCuWhagODNDTlUaAwtQlpURoo9DhoGBhYmJ' +
            'idGBkZET2UJYKE1gGHRgrcIyfYZRMApGwSgYBaOAGACs7x4Yg0gAvTkxhw==';
        const path = join(folder, 'lzf.h5');
        writeFileSync(path, unzlibSync(Buffer.from(stored, 'base64')));
        const file = await openHdf5(path);
        expect(file.shape('x')).toEqual([64]);
        expect(() => file.read('x')).toThrow(/'x' is compressed by a filter that is not built in; expected no compression, deflate \(gzip\), shuffle or Fletcher-32\. Write it again: h5repack -f GZIP=4/);
        file.close();
    });
});
