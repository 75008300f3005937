import { mkdtempSync, readdirSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { sliceArray } from '../array-ranges.js';
import { writeEnvi } from '../envi/write-envi.js';
import { FormatError } from '../format-error.js';
import { transpose } from '../ndarray.js';
import { writeNpy } from '../npy/write-npy.js';
import { EnviWriter, writeEnviFile } from './create-envi.js';
import { forEachRun } from './hyperslab.js';
import { openEnvi } from './open-envi.js';
import { openNpy } from './open-npy.js';
let folder = '';
beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'prismamba-parts-'));
});
afterEach(() => {
    rmSync(folder, { recursive: true, force: true });
});
const cubeOf = (shape) => {
    const size = shape.reduce((product, extent) => product * extent, 1);
    return { dtype: 'float32', shape, data: Float32Array.from({ length: size }, (_, i) => i + 0.5) };
};
/** A random part of each axis. */
const ranges = (shape) => fc.tuple(...shape.map((extent) => fc.option(fc
    .tuple(fc.nat(extent), fc.nat(extent))
    .map(([a, b]) => [Math.min(a, b), Math.max(a, b)]))));
test('forEachRun joins what is contiguous', () => {
    const runs = (shape, region) => {
        const found = [];
        forEachRun(shape, region, (element, count) => found.push([element, count]));
        return found;
    };
    expect(runs([3, 4, 5], [
        [0, 3],
        [0, 4],
        [0, 5],
    ])).toEqual([[0, 60]]);
    expect(runs([3, 4, 5], [
        [1, 3],
        [0, 4],
        [0, 5],
    ])).toEqual([[20, 40]]);
    expect(runs([3, 4, 5], [
        [1, 3],
        [1, 3],
        [0, 5],
    ])).toEqual([
        [25, 10],
        [45, 10],
    ]);
    expect(runs([2, 2, 5], [
        [0, 2],
        [0, 2],
        [3, 4],
    ])).toEqual([
        [3, 1],
        [8, 1],
        [13, 1],
        [18, 1],
    ]);
    expect(runs([2, 2], [
        [0, 2],
        [1, 1],
    ])).toEqual([]);
    expect(runs([], [])).toEqual([[0, 1]]);
});
describe('openEnvi', () => {
    test.each(['bsq', 'bil', 'bip'])('any part of a %s image equals the part of the cube', (interleave) => {
        const cube = cubeOf([7, 5, 4]);
        writeEnviFile(join(folder, 'x.hdr'), cube, { interleave, wavelengths: [400, 500, 600, 700] });
        expect(readdirSync(folder).sort()).toEqual(['x.hdr', 'x.img']);
        const file = openEnvi(join(folder, 'x.img'));
        expect(file.shape).toEqual([7, 5, 4]);
        expect(file.header.wavelengthsNm).toEqual([400, 500, 600, 700]);
        expect(file.read()).toEqual(cube);
        fc.assert(fc.property(ranges(cube.shape), (part) => {
            expect(file.slice(part)).toEqual(sliceArray('test', cube, part));
        }), { numRuns: 60 });
        file.close();
        expect(() => file.read()).toThrow(/closed/);
    });
    test('finds the other file of the pair under the names of the field', () => {
        const { header, data } = writeEnvi(cubeOf([2, 2, 2]));
        for (const [headerName, dataName] of [
            ['a.hdr', 'a'],
            ['b.HDR', 'b.DAT'],
            ['c.img.hdr', 'c.img'],
            ['d.hdr', 'd.bsq'],
        ]) {
            writeFileSync(join(folder, headerName), header);
            writeFileSync(join(folder, dataName), data);
            for (const name of [headerName, dataName]) {
                const file = openEnvi(join(folder, name));
                expect(file.read().data).toHaveLength(8);
                file.close();
            }
        }
        writeFileSync(join(folder, 'lonely.hdr'), header);
        expect(() => openEnvi(join(folder, 'lonely.hdr'))).toThrow(/has no data file beside it; looked for 'lonely', 'lonely\.img', 'lonely\.dat'/);
        expect(() => openEnvi(join(folder, 'none.hdr'))).toThrow(/there is no file/);
        writeFileSync(join(folder, 'a'), data.subarray(0, 31));
        expect(() => openEnvi(join(folder, 'a.hdr'))).toThrow(/ends after 31 bytes; expected 32/);
    });
    test('a wrong range and too much memory', () => {
        writeEnviFile(join(folder, 'x'), cubeOf([2, 3, 4]));
        const file = openEnvi(join(folder, 'x.hdr'), { maxBytes: 40 });
        expect(() => file.slice([[0, 3], null, null])).toThrow(/range \[0, 3\) of axis 0 must lie in \[0, 2\)/);
        expect(() => file.read()).toThrow(/takes 96 bytes; expected at most 40/);
        expect(file.slice([null, null, [0, 1]]).shape).toEqual([2, 3, 1]);
        file.close();
    });
});
describe('EnviWriter', () => {
    test.each(['bsq', 'bil', 'bip'])('%s: blocks in any order make the whole image', (interleave) => {
        const cube = cubeOf([6, 5, 4]);
        const path = join(folder, 'out.img');
        const writer = new EnviWriter(path, { shape: [6, 5, 4], interleave, bandNames: ['a', 'b', 'c', 'd'] });
        for (const line of [3, 0]) {
            for (const band of [2, 0, 1, 3]) {
                const part = sliceArray('test', cube, [[line, line + 3], null, [band, band + 1]]);
                writer.write(part, [line, 0, band]);
            }
        }
        expect(readdirSync(folder).filter((name) => !name.endsWith('.tmp'))).toEqual([]);
        writer.finish();
        expect(readdirSync(folder).sort()).toEqual(['out.hdr', 'out.img']);
        const file = openEnvi(path);
        expect(file.read()).toEqual(cube);
        file.close();
    });
    test('an unfinished image leaves nothing; wrong blocks are refused', () => {
        const writer = new EnviWriter(join(folder, 'out'), { shape: [2, 2, 2] });
        expect(() => writer.write(cubeOf([3, 1, 1]), [0, 0, 0])).toThrow(/leaves the image \[2, 2, 2\]/);
        expect(() => writer.write({ dtype: 'uint8', shape: [1, 1, 1], data: new Uint8Array(1) }, [0, 0, 0])).toThrow(/got uint8 \[1, 1, 1\], wanted float32/);
        writer.write(cubeOf([1, 2, 2]), [0, 0, 0]);
        expect(() => writer.finish()).toThrow(/only 4 of 8 values were written; no file was made/);
        expect(readdirSync(folder)).toEqual([]);
    });
});
describe('openNpy', () => {
    test('any part, C and Fortran order', () => {
        const array = cubeOf([4, 3, 5]);
        const path = join(folder, 'x.npy');
        writeFileSync(path, writeNpy(array));
        // The same bytes as Fortran order of the reversed shape.
        const fortran = join(folder, 'f.npy');
        const bytes = Buffer.from(writeNpy(array))
            .toString('latin1')
            .replace("False, 'shape': (4, 3, 5)", "True , 'shape': (5, 3, 4)");
        writeFileSync(fortran, Buffer.from(bytes, 'latin1'));
        const file = openNpy(path);
        const turned = openNpy(fortran);
        expect(file.shape).toEqual([4, 3, 5]);
        expect(turned.shape).toEqual([5, 3, 4]);
        fc.assert(fc.property(ranges(array.shape), (part) => {
            const [a, b, c] = part;
            expect(file.slice(part)).toEqual(sliceArray('test', array, part));
            const wanted = transpose(sliceArray('test', array, part));
            expect(turned.slice([c ?? null, b ?? null, a ?? null])).toEqual(wanted);
        }), { numRuns: 50 });
        expect(turned.slice([
            [1, 2],
            [2, 3],
            [3, 4],
        ]).data[0]).toBe(3 * 15 + 2 * 5 + 1 + 0.5);
        file.close();
        turned.close();
    });
    test('a truncated file', () => {
        const path = join(folder, 'x.npy');
        writeFileSync(path, writeNpy(cubeOf([4])).subarray(0, 143));
        expect(() => openNpy(path)).toThrow(/the file has 143 bytes; expected 144 for shape \[4\] of float32/);
        expect(() => openNpy(path)).toThrow(FormatError);
        renameSync(path, join(folder, 'y.npy'));
        expect(() => openNpy(path)).toThrow(/did you mean 'y\.npy'/);
    });
});
