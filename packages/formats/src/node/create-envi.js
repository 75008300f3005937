import { fromCube, STORED_AXES } from '../envi/envi-layout.js';
import { enviType, formatEnviHeader, writeEnvi } from '../envi/write-envi.js';
import { AtomicFile } from './atomic-file.js';
import { StoredCube } from './stored-cube.js';
import { writeFileAtomic } from './write-file-atomic.js';
/** `x.hdr` and `x.img` for a path with either ending or with none. */
function pairOf(path) {
    const stem = path.replace(/\.(hdr|img)$/i, '');
    return { headerPath: `${stem}.hdr`, dataPath: `${stem}.img` };
}
/**
 * An ENVI image on disk that is written part by part, so that it can be larger than memory. The two
 * files appear when `finish` is called, whole or not at all.
 */
export class EnviWriter {
    headerPath;
    dataPath;
    file;
    header;
    cube;
    constructor(path, options) {
        ({ headerPath: this.headerPath, dataPath: this.dataPath } = pairOf(path));
        const { shape, interleave = 'bsq' } = options;
        const dtype = enviType('EnviWriter', options.dtype ?? 'float32');
        this.header = formatEnviHeader('EnviWriter', shape, dtype, options);
        this.file = new AtomicFile(this.dataPath);
        this.cube = new StoredCube(this.file, {
            caller: 'EnviWriter',
            shape,
            dtype,
            axes: STORED_AXES[interleave],
            offset: 0,
            reorder: (block) => fromCube(block, interleave).data,
        });
    }
    /** Writes a block [lines, samples, bands] whose first value is at [line, sample, band]; one band of a bsq image is one write. */
    write(block, at) {
        this.cube.write({ ...block, dtype: enviType('EnviWriter.write', block.dtype) }, at);
    }
    /** Makes both files appear. */
    finish() {
        this.cube.complete();
        this.file.commit();
        writeFileAtomic(this.headerPath, this.header);
    }
    /** Gives up: no file appears, old files stay. */
    discard() {
        this.file.discard();
    }
}
/** Writes a cube [lines, samples, bands] as `x.hdr` and `x.img`. */
export function writeEnviFile(path, cube, options = {}) {
    const { header, data } = writeEnvi(cube, options);
    const { headerPath, dataPath } = pairOf(path);
    writeFileAtomic(dataPath, data);
    writeFileAtomic(headerPath, header);
}
