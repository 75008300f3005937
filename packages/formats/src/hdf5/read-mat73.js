import { DEFAULT_MAX_BYTES, FormatError } from '../format-error.js';
import { hdf5InMemory } from './h5wasm.js';
import { OpenHdf5File, requireHdf5 } from './hdf5-file.js';
import { Mat73File } from './mat73-file.js';
let opened = 0;
/**
 * Reads a MATLAB 7.3 file (`save -v7.3`) or a plain HDF5 file from memory, in browsers too. An array that MATLAB shows as
 * H x W x C has shape [H, W, C], and its values are in C order. libhdf5 (4 MB) is loaded on the first call.
 *
 * @throws FormatError for damaged files, other kinds of `.mat`, `keys` that cannot be read, and more than `maxBytes`.
 */
export async function readMat73(bytes, options = {}) {
    const { name = 'mat', maxBytes = DEFAULT_MAX_BYTES } = options;
    requireHdf5(name, bytes.subarray(0, 65536));
    const { library, FS } = await hdf5InMemory();
    const path = `/${String(++opened)}.h5`;
    FS.writeFile(path, bytes);
    let mat;
    try {
        mat = new Mat73File(new OpenHdf5File(name, library, path, () => inMemory(bytes, name), maxBytes));
        const keys = options.keys ?? mat.keys();
        const skipped = new Map(mat.skipped);
        for (const key of mat.keys())
            if (!keys.includes(key))
                skipped.set(key, 'not asked for');
        const arrays = new Map();
        let left = maxBytes;
        for (const key of keys) {
            const size = mat.shape(key).reduce((product, length) => product * length, 1);
            if (size > left)
                throw tooLarge(name, key, maxBytes); // before memory is taken; a number has a byte at least
            const array = mat.read(key);
            left -= array.data.byteLength;
            if (left < 0)
                throw tooLarge(name, key, maxBytes);
            arrays.set(key, array);
        }
        return { arrays, skipped };
    }
    finally {
        mat?.close();
        FS.unlink(path);
    }
}
function tooLarge(name, key, maxBytes) {
    return new FormatError({
        name,
        problem: `the arrays up to '${key}' take more than ${String(maxBytes)} bytes`,
        expected: 'at most that many (option maxBytes)',
        fix: 'Name the arrays that are needed (option keys)',
    });
}
function inMemory(bytes, name) {
    return {
        size: bytes.length,
        readInto: (target, position) => {
            if (position + target.length > bytes.length) {
                throw new FormatError({
                    name,
                    offset: bytes.length,
                    problem: 'the file ends',
                    expected: `${String(position + target.length - bytes.length)} more bytes`,
                });
            }
            target.set(bytes.subarray(position, position + target.length));
        },
        close: () => undefined,
    };
}
