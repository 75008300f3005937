import { closeSync, openSync, readSync } from 'node:fs';
import { resolve } from 'node:path';
import { RandomAccessFile } from '../node/hyperslab.js';
import { checkFile, unreadable } from '../node/read-file.js';
import { loadH5wasm } from './h5wasm-files.js';
import { OpenHdf5File, requireHdf5 } from './hdf5-file.js';
/**
 * Opens an HDF5 file, with or without a user block (MATLAB v7.3 files have one). `slice` reads a
 * hyperslab from the disk. MATLAB writes an array of size [H W C] as an HDF5 data set of shape
 * (C, W, H): this handle shows it so; {@link openMat} shows [H, W, C].
 *
 * @throws FileError where the file is missing, FormatError where it is damaged or no HDF5 file.
 */
export async function openHdf5(path, options = {}) {
    checkFile(path, Number.MAX_SAFE_INTEGER);
    requireHdf5(path, readStart(path));
    const h5 = await loadH5wasm();
    return new OpenHdf5File(path, h5, resolve(path), () => new RandomAccessFile(path), options.maxBytes);
}
/** The first 64 KiB of a file, or all of a shorter one. */
export function readStart(path) {
    const buffer = new Uint8Array(65536);
    try {
        const descriptor = openSync(path, 'r');
        try {
            return buffer.subarray(0, readSync(descriptor, buffer, 0, buffer.length, 0));
        }
        finally {
            closeSync(descriptor);
        }
    }
    catch (cause) {
        throw unreadable(path, cause);
    }
}
