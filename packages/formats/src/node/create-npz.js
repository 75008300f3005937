import { Zip, ZipPassThrough } from 'fflate';
import { ITEM_BYTES } from '../dtype.js';
import { encodeElements } from '../elements.js';
import { checkNdArray, sizeOf } from '../ndarray.js';
import { formatNpyHeader, writeNpy } from '../npy/write-npy.js';
import { ZIP_EPOCH } from '../npz/write-npz.js';
import { AtomicFile } from './atomic-file.js';
/** Zip without its 64-bit extension ends here; 64 KiB for all else. */
const LARGEST_CUBE = 2 ** 32 - 2 ** 16;
/**
 * A cube in an `.npz` archive, stored and not compressed, that is written row by row from the top, so that it takes no
 * memory of its own (at most 4 GiB). The file appears when `finish` is called, whole or not at all.
 */
export class NpzWriter {
    file;
    zip;
    member;
    shape;
    dtype;
    rows = 0;
    constructor(path, options) {
        const { name, shape, dtype = 'float32', beside = new Map() } = options;
        const bytes = sizeOf(shape) * ITEM_BYTES[dtype];
        if (bytes > LARGEST_CUBE) {
            throw new RangeError(`NpzWriter: the cube [${shape.join(', ')}] has ${String(bytes)} bytes; at most 4 GiB are written as .npz. Write it as .npy or ENVI`);
        }
        this.shape = shape;
        this.dtype = dtype;
        const file = new AtomicFile(path);
        this.file = file;
        this.zip = new Zip((error, chunk) => {
            if (error)
                throw error;
            file.write(chunk);
        });
        for (const [other, array] of beside)
            this.add(other).push(writeNpy(array), true);
        this.member = this.add(name);
        this.member.push(formatNpyHeader(dtype, shape));
    }
    add(name) {
        const member = new ZipPassThrough(`${name}.npy`);
        member.mtime = ZIP_EPOCH;
        this.zip.add(member);
        return member;
    }
    /** Writes the next rows [rows, width, bands]. */
    append(block) {
        checkNdArray('NpzWriter.append', block);
        const [height, width, bands] = this.shape;
        const [rows = 0, ...others] = block.shape;
        if (block.dtype !== this.dtype ||
            others.length !== 2 ||
            others[0] !== width ||
            others[1] !== bands ||
            this.rows + rows > height) {
            throw new RangeError(`NpzWriter.append: got ${block.dtype} [${block.shape.join(', ')}] after ${String(this.rows)} rows, wanted ${this.dtype} [at most ${String(height - this.rows)}, ${String(width)}, ${String(bands)}]`);
        }
        this.rows += rows;
        this.member.push(encodeElements(block.data, block.dtype));
    }
    /** Makes the file appear. @throws where rows are missing */
    finish() {
        if (this.rows < this.shape[0]) {
            this.discard();
            throw new Error(`NpzWriter.finish: only ${String(this.rows)} of ${String(this.shape[0])} rows were written; no file was made`);
        }
        this.member.push(new Uint8Array(0), true);
        this.zip.end();
        this.file.commit();
    }
    /** Gives up: no file appears, an old one stays. */
    discard() {
        this.file.discard();
    }
}
