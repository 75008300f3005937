import { sliceArray } from '../array-ranges.js';
import { openHdf5, readStart } from '../hdf5/open-hdf5.js';
import { detectMatVersion } from '../mat5/detect-mat-version.js';
import { listMat5, readMat5 } from '../mat5/read-mat5.js';
import { noSuchKey, notReadable } from '../array-file.js';
import { Mat73File } from '../hdf5/mat73-file.js';
import { checkFile, readFileBytes } from './read-file.js';
/**
 * Opens a `.mat` file of level 5 or v7.3 (looking at the file, not at its name) or a plain HDF5 file.
 * Shapes are MATLAB's: a cube of size [H W C] has shape [H, W, C], in C order, in either kind of file.
 * From v7.3 files `slice` reads only the part; level 5 files are read into memory when they are opened
 * and a variable is decoded when it is first asked for.
 *
 * @throws FileError where the file is missing, FormatError where it is damaged or no MATLAB file.
 */
export async function openMat(path, options = {}) {
    checkFile(path, Number.MAX_SAFE_INTEGER);
    const version = detectMatVersion(readStart(path));
    if (version === 'v7.3' || version === 'hdf5')
        return new Mat73File(await openHdf5(path, options));
    return new Mat5File(path, await readFileBytes(path), options);
}
/** All arrays of a `.mat` file; see {@link openMat}. */
export async function readMat(path, options = {}) {
    const file = await openMat(path, options);
    try {
        return new Map((options.keys ?? file.keys()).map((key) => [key, file.read(key)]));
    }
    finally {
        file.close();
    }
}
class Mat5File {
    path;
    options;
    bytes;
    variables;
    skipped;
    decoded = new Map();
    constructor(path, bytes, options) {
        this.path = path;
        this.options = options;
        this.bytes = bytes;
        ({ variables: this.variables, skipped: this.skipped } = listMat5(bytes, { ...options, name: path }));
    }
    keys() {
        return [...this.variables.keys()];
    }
    shape(key) {
        return this.variable(key).shape;
    }
    dtype(key) {
        return this.variable(key).dtype;
    }
    read(key) {
        const known = this.decoded.get(key);
        return known === undefined ? this.decode(key) : { ...known, data: known.data.slice() };
    }
    slice(key, ranges) {
        return sliceArray(`${this.path}: slice('${key}')`, this.array(key), ranges);
    }
    close() {
        this.bytes = undefined;
        this.decoded.clear();
    }
    variable(key) {
        const variable = this.variables.get(key);
        if (variable !== undefined)
            return variable;
        const reason = this.skipped.get(key);
        if (reason !== undefined)
            throw notReadable(this.path, key, reason);
        throw noSuchKey(this.path, key, this.keys());
    }
    /** The variable for `slice`, which is decoded once. */
    array(key) {
        const known = this.decoded.get(key) ?? this.decode(key);
        this.decoded.set(key, known);
        return known;
    }
    decode(key) {
        if (this.bytes === undefined)
            throw new Error(`${this.path}: the file was closed; open it again`);
        this.variable(key);
        const array = readMat5(this.bytes, { ...this.options, name: this.path, keys: [key] }).arrays.get(key);
        if (array === undefined)
            throw noSuchKey(this.path, key, this.keys());
        return array;
    }
}
