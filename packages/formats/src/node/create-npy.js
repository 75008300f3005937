import { formatNpyHeader } from '../npy/write-npy.js';
import { AtomicFile } from './atomic-file.js';
import { StoredCube } from './stored-cube.js';
/**
 * A cube as `.npy` (little-endian, C order) that is written block by block, so that it can be larger than memory. The
 * file appears when `finish` is called, whole or not at all.
 */
export class NpyWriter {
    file;
    cube;
    constructor(path, { shape, dtype = 'float32' }) {
        this.file = new AtomicFile(path);
        const header = formatNpyHeader(dtype, shape);
        this.file.write(header);
        this.cube = new StoredCube(this.file, {
            caller: 'NpyWriter',
            shape,
            dtype,
            axes: [0, 1, 2],
            offset: header.length,
            reorder: (block) => block.data,
        });
    }
    /** Writes a block [rows, columns, bands] whose first value is at [row, column, band]. */
    write(block, at) {
        this.cube.write(block, at);
    }
    /** Makes the file appear. @throws where values are missing */
    finish() {
        this.cube.complete();
        this.file.commit();
    }
    /** Gives up: no file appears, an old one stays. */
    discard() {
        this.file.discard();
    }
}
