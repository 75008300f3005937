import { closeSync, openSync, readSync } from 'node:fs';
import { concat } from '../concat.js';
import { FormatError } from '../format-error.js';
import { readStart } from '../hdf5/open-hdf5.js';
import { detectMatVersion } from '../mat5/detect-mat-version.js';
import { listMat5 } from '../mat5/read-mat5.js';
import { openMat } from './open-mat.js';
import { checkFile, readFileBytes, unreadable } from './read-file.js';
/** More than two pieces of the inflater: enough for the description at the start of any array. */
const HEAD = 65536;
/**
 * Names, shapes and types of the variables of a `.mat` file of level 5 or v7.3. Of a level 5 file only the start of
 * each variable is read: files of hundreds of megabytes are listed in milliseconds.
 *
 * @throws FileError where the file is missing, FormatError where it is damaged or no MATLAB file.
 */
export async function listMat(path, options = {}) {
    const size = checkFile(path, Number.MAX_SAFE_INTEGER);
    const version = detectMatVersion(readStart(path));
    if (version === 'v7.3' || version === 'hdf5') {
        const file = await openMat(path, options);
        try {
            const variables = new Map(file.keys().map((key) => [key, { shape: file.shape(key), dtype: file.dtype(key) }]));
            return { variables, skipped: file.skipped, readsParts: true };
        }
        finally {
            file.close();
        }
    }
    try {
        return { ...listMat5(readHeads(path, size), { name: path }), readsParts: false };
    }
    catch (error) {
        if (!(error instanceof FormatError))
            throw error;
        // The whole file gives the error with the right offset.
        return { ...listMat5(await readFileBytes(path), { name: path }), readsParts: false };
    }
}
/** A level 5 file whose elements are cut after their heads, with sizes that fit. */
function readHeads(path, fileSize) {
    let descriptor;
    try {
        descriptor = openSync(path, 'r');
    }
    catch (cause) {
        throw unreadable(path, cause);
    }
    const readAt = (position, length) => {
        const bytes = new Uint8Array(length);
        return bytes.subarray(0, readSync(descriptor, bytes, 0, length, position));
    };
    try {
        const header = readAt(0, 128);
        const littleEndian = header[126] === 0x49; // 'IM'
        const parts = [header];
        for (let position = 128; position < fileSize;) {
            const tag = readAt(position, 8);
            const view = new DataView(tag.buffer, 0, tag.length);
            const size = tag.length < 8 ? Infinity : view.getUint32(4, littleEndian);
            if (position + 8 + size > fileSize) {
                throw new FormatError({
                    name: path,
                    offset: position,
                    problem: `the file ends inside an element, at byte ${String(fileSize)}`,
                    fix: 'The file is truncated: copy or download it again',
                });
            }
            const kept = readAt(position + 8, Math.min(size, HEAD));
            view.setUint32(4, kept.length, littleEndian);
            parts.push(tag, kept);
            position += 8 + size;
        }
        return concat(parts);
    }
    finally {
        closeSync(descriptor);
    }
}
