import { readFileSync } from 'node:fs';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fixturePath } from '@prismamba/testing';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { writeMat5 } from '../mat5/write-mat5.js';
import { listMat } from './list-mat.js';
import { readMat } from './open-mat.js';
let folder;
beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), 'prismamba-list-'));
});
afterEach(() => rm(folder, { recursive: true, force: true }));
describe('listMat', () => {
    it.each([
        'harvard/imgf1.mat',
        'harvard/imgf2_uncompressed.mat',
        'ntire2020/ARAD_HS_0001.mat',
        'ntire2022/ARAD_1K_0003_plain_h5_shuffle.mat',
    ])('lists what readMat reads of %s', async (name) => {
        const { variables, readsParts } = await listMat(fixturePath(name));
        const read = [...(await readMat(fixturePath(name)))].map(([key, { shape, dtype }]) => [
            key,
            { shape, dtype },
        ]);
        expect([...variables]).toEqual(read);
        expect(readsParts).toBe(name.startsWith('ntire'));
    });
    it.each([true, false])('finds the variables behind large ones (compressed: %s)', async (compress) => {
        const noise = {
            dtype: 'uint16',
            shape: [300, 500],
            data: Uint16Array.from({ length: 150_000 }, (_, i) => Math.imul(i, 2654435761) >>> 16),
        };
        const path = join(folder, 'large.mat');
        const arrays = new Map([
            ['first', noise],
            ['last', { dtype: 'float64', shape: [2, 3, 4], data: new Float64Array(24) }],
        ]);
        await writeFile(path, writeMat5(arrays, { compress }));
        expect([...(await listMat(path)).variables]).toEqual([
            ['first', { shape: [300, 500], dtype: 'uint16' }],
            ['last', { shape: [2, 3, 4], dtype: 'float64' }],
        ]);
    });
    it('names a truncated file and the place', async () => {
        const bytes = readFileSync(fixturePath('harvard/imgf1.mat'));
        const path = join(folder, 'cut.mat');
        await writeFile(path, bytes.subarray(0, bytes.length - 100));
        await expect(listMat(path)).rejects.toThrow(/cut\.mat .*at byte \d+|cut\.mat at byte \d+/);
    });
});
