import { closeSync, mkdtempSync, openSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fixturePath } from '@prismamba/testing/golden';
import { File as H5File, ready } from 'h5wasm/node';
import { afterAll, beforeAll, expect, test, vi } from 'vitest';
import { FormatError } from '../format-error.js';
import { loadH5wasm } from './h5wasm-files.js';
import { openHdf5 } from './open-hdf5.js';
let folder = '';
beforeAll(() => {
    folder = mkdtempSync(join(tmpdir(), 'prismamba-libhdf5-'));
});
afterAll(() => {
    rmSync(folder, { recursive: true, force: true });
});
/** The next descriptor that is free: it grows with every file that stays open. */
function nextDescriptor() {
    const descriptor = openSync(folder, 'r');
    closeSync(descriptor);
    return descriptor;
}
/** Where the stack of libhdf5's module ends; `htonl` gives the address with its bytes reversed. */
async function stackOfLibhdf5() {
    const { ccall } = (await ready);
    const reversed = ccall('htonl', 'number', ['array'], [new Uint8Array(0)]);
    const view = new DataView(new ArrayBuffer(4));
    view.setInt32(0, reversed, true);
    return view.getUint32(0);
}
/** A file whose shapes can be read and whose values cannot. */
function withBadValues() {
    const bytes = readFileSync(fixturePath('ntire2022/ARAD_1K_0001.mat'));
    return bytes.fill(0xff, bytes.length - 3000);
}
test('failures keep neither stack nor descriptors', async () => {
    await loadH5wasm();
    const path = join(folder, 'a.mat');
    const [descriptor, stack] = [nextDescriptor(), await stackOfLibhdf5()];
    expect(stack).toBeGreaterThan(1e6);
    for (let i = 0; i < 5; i++) {
        writeFileSync(path, withBadValues());
        const file = await openHdf5(path);
        expect(() => file.read('cube')).toThrow(/a\.mat at byte \d+: 'cube' cannot be read \(filter returned failure during read\)/);
        file.close();
        writeFileSync(path, withBadValues().subarray(0, 3000));
        await expect(openHdf5(path)).rejects.toThrow(FormatError);
    }
    expect([nextDescriptor(), await stackOfLibhdf5()]).toEqual([descriptor, stack]);
});
test('what lies in the place of a damaged file is read, though libhdf5 has not closed that one', async () => {
    const library = await loadH5wasm();
    const path = join(folder, 'b.mat');
    writeFileSync(path, withBadValues());
    const { file, close } = library.open(path);
    const cube = file.get('cube');
    // Not by `read`: what fails within other calls leaves the data set open.
    expect(() => library.run(() => cube.value)).toThrow(/filter returned failure/);
    close();
    writeFileSync(path, readFileSync(fixturePath('foreign/mat73-kinds.mat')));
    const other = await openHdf5(path);
    const keys = other.keys();
    other.close();
    expect(keys).toContain('setup/gain');
});
test('a view that grows with another file: that file is not opened when the shape is asked for', async () => {
    // The object that libhdf5's module calls, which an import would only copy.
    const files = createRequire(import.meta.url)('node:fs');
    const opens = vi.spyOn(files, 'openSync');
    const opened = () => opens.mock.calls.map(([path]) => String(path)).join();
    const file = await openHdf5(fixturePath('foreign/hdf5-hostile.h5'));
    expect(() => file.shape('grows')).toThrow(/'grows' is a view of other data sets; expected an array in this file/);
    file.close();
    expect(opened()).toContain('hdf5-hostile.h5');
    expect(opened()).not.toContain('elsewhere.h5');
    opens.mockRestore();
});
test('chunks are unpacked as a whole: their size is bounded, not only that of the part', async () => {
    const path = join(folder, 'chunks.h5');
    const made = new H5File(path, 'w');
    const shape = [1000, 1000];
    made.create_dataset({ name: 'x', data: new Float64Array(1e6), shape, chunks: shape, compression: 'gzip' });
    made.close();
    const file = await openHdf5(path, { maxBytes: 1e6 });
    const corner = [
        [0, 2],
        [0, 2],
    ];
    expect(() => file.slice('x', corner)).toThrow(/'x' is stored in chunks of 8000000 bytes, which are unpacked as a whole; expected at most 1000000/);
    file.close();
});
