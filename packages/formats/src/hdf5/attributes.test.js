import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { File as H5File } from 'h5wasm/node';
import { fixturePath } from '@prismamba/testing/golden';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { openMat } from '../node/open-mat.js';
import { loadH5wasm } from './h5wasm-files.js';
import { openHdf5 } from './open-hdf5.js';
let folder = '';
beforeAll(async () => {
    folder = mkdtempSync(join(tmpdir(), 'prismamba-attributes-'));
    await loadH5wasm();
});
afterAll(() => {
    rmSync(folder, { recursive: true, force: true });
});
describe('attributes that libhdf5 leaves out without a word, so that text would be shown as numbers', () => {
    const FIRST = 'MATLAB_class';
    const spoil = (path, back, value) => {
        const bytes = readFileSync(path);
        bytes[bytes.indexOf(FIRST) - back] = value;
        writeFileSync(path, bytes);
    };
    test.each([
        ['version', 8, 200],
        ['size of the type', 4, 200],
        ['size of the shape', 2, 200],
    ])('of an array: a wrong %s', async (_, back, value) => {
        const path = join(folder, 'attribute.mat');
        writeFileSync(path, readFileSync(fixturePath('ntire2020/ARAD_HS_0001.mat')));
        spoil(path, back, value);
        await expect(openMat(path)).rejects.toThrow(/attribute\.mat at byte \d+: the attributes of 'cube' cannot be read \(0 of 1 can be\)/);
    });
    test('of a group: a structure would be shown as its fields', async () => {
        const path = join(folder, 'structure.mat');
        // Newer headers have a checksum.
        const file = new H5File(path, 'w', { libver: ['earliest', 'latest'] });
        const group = file.create_group('scene');
        group.create_dataset({ name: 'nm', data: Float64Array.of(400) });
        group.create_attribute(FIRST, 'struct');
        file.close();
        const whole = await openHdf5(path);
        expect(whole.attribute('scene', FIRST)).toBe('struct');
        whole.close();
        spoil(path, 8, 200);
        await expect(openHdf5(path)).rejects.toThrow(/the attributes of 'scene' cannot be read/);
    });
    test.each(['earliest', 'v108', 'latest'])('many good ones are no mistake (from %s)', async (low) => {
        const path = join(folder, `many-${low}.h5`);
        const file = new H5File(path, 'w', { libver: [low, 'latest'] });
        const dataset = file.create_dataset({ name: 'x', data: Float64Array.of(1) });
        for (let i = 0; i < 40; i++)
            dataset.create_attribute(`a${String(i)}`, i);
        file.close();
        const many = await openHdf5(path);
        expect(many.attribute('x', 'a39')).toBe(39);
        many.close();
    });
});
