import { ITEM_BYTES } from '../dtype.js';
import { mat5FileHeader, matrixHead, writeMat5 } from '../mat5/write-mat5.js';
import { sizeOf, toFortranOrder } from '../ndarray.js';
import { AtomicFile } from './atomic-file.js';
import { StoredCube } from './stored-cube.js';
/**
 * A cube in a MATLAB level 5 file, not compressed, that is written block by block, so that it takes no memory of its own
 * (the format ends at 2 GiB). The file appears when `finish` is called, whole or not at all. MATLAB stores columns one
 * after the other: a block of many rows is written faster than many blocks of one row.
 */
export class Mat5Writer {
    file;
    cube;
    end;
    constructor(path, options) {
        const { name, shape, dtype: given = 'float32', beside = new Map() } = options;
        const { dtype, head, padding } = matrixHead('Mat5Writer', name, { dtype: given, shape });
        const before = beside.size === 0 ? mat5FileHeader() : writeMat5(beside, { compress: false });
        const offset = before.length + head.length;
        this.file = new AtomicFile(path);
        this.file.write(before);
        this.file.write(head);
        this.end = { position: offset + sizeOf(shape) * ITEM_BYTES[dtype], padding };
        this.cube = new StoredCube(this.file, {
            caller: 'Mat5Writer',
            shape,
            dtype,
            axes: [2, 1, 0],
            offset,
            reorder: toFortranOrder,
        });
    }
    /** Writes a block [rows, columns, bands] whose first value is at [row, column, band]. */
    write(block, at) {
        this.cube.write(block, at);
    }
    /** Makes the file appear. @throws where values are missing */
    finish() {
        this.cube.complete();
        this.file.write(new Uint8Array(this.end.padding), this.end.position);
        this.file.commit();
    }
    /** Gives up: no file appears, an old one stays. */
    discard() {
        this.file.discard();
    }
}
