import { closeSync, fstatSync, openSync, readSync } from 'node:fs';
import { ITEM_BYTES, memoryBytes } from '../dtype.js';
import { decodeElements } from '../elements.js';
import { FormatError } from '../format-error.js';
import { sizeOf, stridesOf } from '../ndarray.js';
import { unreadable } from './read-file.js';
/** A file that is open for reading at any place. */
export class RandomAccessFile {
    path;
    descriptor;
    size;
    constructor(path) {
        this.path = path;
        try {
            this.descriptor = openSync(path, 'r');
            this.size = fstatSync(this.descriptor).size;
        }
        catch (cause) {
            throw unreadable(path, cause);
        }
    }
    /** Fills `target` from byte `position`. */
    readInto(target, position) {
        if (this.descriptor === undefined)
            throw new Error(`${this.path}: the file was closed; open it again`);
        for (let done = 0; done < target.length;) {
            let count;
            try {
                count = readSync(this.descriptor, target, done, target.length - done, position + done);
            }
            catch (cause) {
                throw unreadable(this.path, cause);
            }
            if (count === 0) {
                throw new FormatError({
                    name: this.path,
                    offset: position + done,
                    problem: 'the file ends',
                    expected: `${String(target.length - done)} more bytes`,
                });
            }
            done += count;
        }
    }
    close() {
        if (this.descriptor !== undefined)
            closeSync(this.descriptor);
        this.descriptor = undefined;
    }
}
/**
 * Calls `visit(element, count)` for each longest contiguous run of elements of a region, in C order.
 * Axes that are whole at the end join into one run with the first axis that is not.
 */
export function forEachRun(shape, region, visit) {
    const extents = region.map(([begin, end]) => end - begin);
    if (extents.some((extent) => extent === 0))
        return;
    const strides = stridesOf(shape);
    let axis = shape.length - 1;
    while (axis > 0 && extents[axis] === shape[axis])
        axis--;
    // Runs start at each index of the axes before `axis`.
    const count = sizeOf(extents.slice(Math.max(0, axis)));
    const outer = extents.slice(0, Math.max(0, axis));
    const start = region.reduce((sum, [begin], i) => sum + begin * (strides[i] ?? 0), 0);
    const index = outer.map(() => 0);
    for (let remaining = sizeOf(outer); remaining > 0; remaining--) {
        visit(index.reduce((sum, i, at) => sum + i * (strides[at] ?? 0), start), count);
        for (let at = outer.length - 1; at >= 0; at--) {
            index[at] = (index[at] ?? 0) + 1;
            if ((index[at] ?? 0) < (outer[at] ?? 0))
                break;
            index[at] = 0;
        }
    }
}
/** Reads a region of a stored array; takes memory for the region only. */
export function readRegion(file, array, region, maxBytes) {
    const shape = region.map(([begin, end]) => end - begin);
    const size = sizeOf(shape);
    if (size * memoryBytes(array.dtype) > maxBytes) {
        throw new FormatError({
            name: file.path,
            problem: `this part, [${shape.join(', ')}], takes ${String(size * memoryBytes(array.dtype))} bytes`,
            expected: `at most ${String(maxBytes)} (option maxBytes)`,
            fix: 'Read it in parts with slice',
        });
    }
    const item = ITEM_BYTES[array.dtype];
    const buffer = new Uint8Array(size * item);
    let filled = 0;
    forEachRun(array.shape, region, (element, count) => {
        file.readInto(buffer.subarray(filled, filled + count * item), array.offset + element * item);
        filled += count * item;
    });
    return {
        dtype: array.dtype,
        shape,
        data: decodeElements(buffer, 0, size, array.dtype, array.littleEndian),
    };
}
