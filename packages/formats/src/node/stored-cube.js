import { ITEM_BYTES } from '../dtype.js';
import { encodeElements } from '../elements.js';
import { checkNdArray, sizeOf } from '../ndarray.js';
import { forEachRun } from './hyperslab.js';
/** A cube inside a file that is written block by block, in whatever order the file stores its axes. */
export class StoredCube {
    file;
    options;
    written = 0;
    constructor(file, options) {
        this.file = file;
        this.options = options;
    }
    /** Writes a block [lines, samples, bands] whose first value is at [line, sample, band]. */
    write(block, at) {
        const { caller, shape, dtype, axes, offset, reorder } = this.options;
        checkNdArray(`${caller}.write`, block);
        if (block.shape.length !== 3 || block.dtype !== dtype) {
            throw new RangeError(`${caller}.write: got ${block.dtype} [${block.shape.join(', ')}], wanted ${dtype} [lines, samples, bands]`);
        }
        const region = block.shape.map((extent, axis) => [at[axis] ?? 0, (at[axis] ?? 0) + extent]);
        if (region.some(([begin, end], axis) => !Number.isSafeInteger(begin) || begin < 0 || end > (shape[axis] ?? 0))) {
            throw new RangeError(`${caller}.write: a block [${block.shape.join(', ')}] at [${at.join(', ')}] leaves the image [${shape.join(', ')}]`);
        }
        const bytes = encodeElements(reorder(block), dtype);
        const item = ITEM_BYTES[dtype];
        let done = 0;
        forEachRun(axes.map((axis) => shape[axis] ?? 0), axes.map((axis) => region[axis] ?? [0, 0]), (element, count) => {
            this.file.write(bytes.subarray(done, done + count * item), offset + element * item);
            done += count * item;
        });
        this.written += block.data.length;
    }
    /** @throws where values are missing; the file is discarded then */
    complete() {
        const { caller, shape } = this.options;
        const wanted = sizeOf(shape);
        if (this.written >= wanted)
            return;
        this.file.discard();
        throw new Error(`${caller}.finish: only ${String(this.written)} of ${String(wanted)} values were written; no file was made`);
    }
}
