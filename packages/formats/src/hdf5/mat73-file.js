import { resolveRanges, sliceArray } from '../array-ranges.js';
import { FormatError } from '../format-error.js';
import { fromFortranOrder } from '../ndarray.js';
import { noSuchKey, notReadable } from '../array-file.js';
/** Classes of MATLAB whose data sets are the array itself. */
const NUMBERS = [
    'double',
    'single',
    'logical',
    ...[8, 16, 32, 64].flatMap((bits) => [`int${String(bits)}`, `uint${String(bits)}`]),
];
const OTHERS = {
    char: 'text',
    cell: 'a cell array',
    struct: 'a structure',
    function_handle: 'a function handle',
};
export class Mat73File {
    file;
    path;
    skipped;
    constructor(file) {
        this.file = file;
        this.path = file.path;
        try {
            this.skipped = this.otherVariables();
        }
        catch (error) {
            file.close();
            throw error;
        }
    }
    otherVariables() {
        const { file } = this;
        const skipped = new Map(file.skipped);
        for (const name of file.groupNames()) {
            if (file.attribute(name, 'MATLAB_sparse') !== undefined)
                skipped.set(name, 'a sparse matrix');
            else if (file.attribute(name, 'MATLAB_class') !== undefined)
                skipped.set(name, 'a structure');
        }
        for (const key of file.keys()) {
            const reason = this.unreadable(key);
            if (reason !== undefined)
                skipped.set(key, reason);
        }
        return skipped;
    }
    /** Only numbers: text, cells and objects are data sets too. A number in a structure has the name `structure/number`. */
    keys() {
        return this.file.keys().filter((key) => !this.isSkipped(key));
    }
    shape(key) {
        this.check(key);
        // MATLAB stores an empty array as a data set that holds its size.
        if (this.isEmpty(key))
            return Array.from(this.file.read(key).data, Number);
        return [...this.file.shape(key)].reverse();
    }
    dtype(key) {
        this.check(key);
        return this.file.attribute(key, 'MATLAB_class') === 'logical' ? 'bool' : this.file.dtype(key);
    }
    read(key) {
        return this.slice(key, this.shape(key).map(() => null));
    }
    slice(key, ranges) {
        if (this.isEmpty(key)) {
            const shape = this.shape(key);
            return sliceArray(`${this.path}: slice('${key}')`, { dtype: 'float64', shape, data: new Float64Array(0) }, ranges);
        }
        const resolved = resolveRanges(`${this.path}: slice('${key}')`, this.shape(key), ranges);
        const reversed = this.file.slice(key, resolved.reverse());
        const shape = [...reversed.shape].reverse();
        // C order of [C, W, H] is column-major order of [H, W, C].
        return { dtype: this.dtype(key), shape, data: fromFortranOrder(reversed.data, reversed.dtype, shape) };
    }
    close() {
        this.file.close();
    }
    isEmpty(key) {
        return this.file.attribute(key, 'MATLAB_empty') === 1;
    }
    /** A sparse matrix is its parts: they are no variables. */
    isSkipped(key) {
        if (this.skipped.has(key))
            return true;
        const group = key.slice(0, Math.max(0, key.lastIndexOf('/')));
        return this.skipped.get(group) === 'a sparse matrix';
    }
    unreadable(key) {
        const matlabClass = this.file.attribute(key, 'MATLAB_class');
        if (typeof matlabClass === 'string' && !NUMBERS.includes(matlabClass))
            return OTHERS[matlabClass] ?? `an object of class ${matlabClass}`;
        if (this.file.attribute(key, 'MATLAB_object_decode') !== undefined)
            return 'an object';
        try {
            this.file.dtype(key);
            return undefined;
        }
        catch (error) {
            if (error instanceof FormatError)
                return error.problem;
            throw error;
        }
    }
    check(key) {
        const reason = this.skipped.get(key);
        if (reason !== undefined)
            throw notReadable(this.path, key, reason);
        if (!this.keys().includes(key))
            throw noSuchKey(this.path, key, this.keys());
    }
}
