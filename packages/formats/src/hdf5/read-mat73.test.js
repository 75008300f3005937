import { readFileSync } from 'node:fs';
import { fixturePath } from '@prismamba/testing/golden';
import { expect, test } from 'vitest';
import { readMat } from '../node/open-mat.js';
import { readMat73 } from './read-mat73.js';
const bytesOf = (name) => new Uint8Array(readFileSync(fixturePath(name)));
const MATLAB = 'ntire2020/ARAD_HS_0001.mat';
const PLAIN = 'ntire2022/ARAD_1K_0003_plain_h5_shuffle.mat';
test.each([MATLAB, 'ntire2022/ARAD_1K_0002_libver_latest.mat', PLAIN])('%s: the same arrays from memory as from the file', async (name) => {
    const { arrays } = await readMat73(bytesOf(name), { name });
    expect(arrays).toEqual(await readMat(fixturePath(name)));
    expect(arrays.get('cube').shape).toEqual([24, 20, 31]);
});
test('reads only what is asked for, and says so', async () => {
    const { arrays, skipped } = await readMat73(bytesOf(MATLAB), { keys: ['bands'] });
    expect([...arrays.keys()]).toEqual(['bands']);
    expect(skipped.get('cube')).toBe('not asked for');
    await expect(readMat73(bytesOf(MATLAB), { name: 'a.mat', keys: ['cub'] })).rejects.toThrow(/a\.mat.*no array 'cub'.*Did you mean 'cube'/);
});
test.each([
    [bytesOf('harvard/imgf1.mat'), {}, /bad\.mat.*MATLAB v5 file.*readMat5/],
    [new Uint8Array(100), {}, /bad\.mat.*no HDF5 file/],
    [bytesOf(MATLAB).subarray(0, 4000), {}, /bad\.mat.*truncated/],
    [bytesOf(MATLAB), { maxBytes: 20_000 }, /bad\.mat.*at most .*maxBytes/],
])('refuses bad input %#', async (bytes, options, words) => {
    await expect(readMat73(bytes, { name: 'bad.mat', ...options })).rejects.toThrow(words);
});
test('many files in a row leave nothing behind', async () => {
    const { FS } = (await (await import('./h5wasm.js')).hdf5InMemory());
    const before = FS.readdir('/');
    for (let i = 0; i < 5; i++)
        await readMat73(bytesOf(PLAIN));
    await expect(readMat73(bytesOf(MATLAB).subarray(0, 4000))).rejects.toThrow();
    expect(FS.readdir('/')).toEqual(before);
});
