import { zipSync } from 'fflate';
import { writeNpy } from '../npy/write-npy.js';
/** Dates are no part of the data: the same arrays give the same bytes. 1980 is where zip's time begins. */
export const ZIP_EPOCH = new Date(1980, 0, 1);
/** Writes arrays by name as a `.npz` archive, which `numpy.load` reads. */
export function writeNpz(entries, options = {}) {
    const files = Object.create(null);
    for (const [name, array] of entries) {
        if (name === '')
            throw new RangeError('writeNpz: the name of an array must not be empty');
        files[`${name}.npy`] = [writeNpy(array), { level: options.compress ? 6 : 0, mtime: ZIP_EPOCH }];
    }
    return zipSync(files);
}
