import { resolveRanges } from '../array-ranges.js';
import { ITEM_BYTES } from '../dtype.js';
import { DEFAULT_MAX_BYTES, FormatError } from '../format-error.js';
import { sizeOf, transpose } from '../ndarray.js';
import { readNpyHeader } from '../npy/npy-header.js';
import { RandomAccessFile, readRegion } from './hyperslab.js';
import { checkFile } from './read-file.js';
/** The longest npy header, with its prefix. */
const HEAD = 65536 + 12;
/** Opens a `.npy` file so that parts of it can be read. @throws FileError, FormatError */
export function openNpy(path, options = {}) {
    const size = checkFile(path, Number.MAX_SAFE_INTEGER);
    const file = new RandomAccessFile(path);
    try {
        const head = new Uint8Array(Math.min(size, HEAD));
        file.readInto(head, 0);
        const header = readNpyHeader(head, path);
        const needed = header.dataOffset + sizeOf(header.shape) * ITEM_BYTES[header.dtype];
        if (size !== needed) {
            throw new FormatError({
                name: path,
                offset: header.dataOffset,
                problem: `the file has ${String(size)} bytes`,
                expected: `${String(needed)} for shape [${header.shape.join(', ')}] of ${header.dtype}`,
                ...(size < needed ? { fix: 'The file is truncated: copy or download it again' } : {}),
            });
        }
        // Fortran order is the C order of the reversed shape.
        const reversed = header.fortranOrder;
        const stored = {
            ...header,
            shape: reversed ? [...header.shape].reverse() : header.shape,
            offset: header.dataOffset,
        };
        const slice = (ranges) => {
            const region = resolveRanges(`${path}: slice`, header.shape, ranges);
            const part = readRegion(file, stored, reversed ? region.reverse() : region, options.maxBytes ?? DEFAULT_MAX_BYTES);
            return reversed ? transpose(part) : part;
        };
        return {
            path,
            shape: header.shape,
            dtype: header.dtype,
            slice,
            read: () => slice(header.shape.map(() => null)),
            close: () => {
                file.close();
            },
        };
    }
    catch (error) {
        file.close();
        throw error;
    }
}
