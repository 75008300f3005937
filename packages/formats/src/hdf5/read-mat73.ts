import { DEFAULT_MAX_BYTES, FormatError, type ReadOptions } from '../format-error.js';
import type { NdArray } from '../ndarray.js';
import type { RandomAccess } from './external-storage.js';
import { hdf5InMemory } from './h5wasm.js';
import { OpenHdf5File, requireHdf5 } from './hdf5-file.js';
import { Mat73File } from './mat73-file.js';

/** What a MATLAB 7.3 or HDF5 file holds. */
export interface Mat73 {
  /** Arrays by name, `group/array` inside a group, with MATLAB's shape and in C order. */
  readonly arrays: Map<string, NdArray>;
  /** What was left out and why: text, cells, structures, sparse arrays, links to other files, or not in `keys`. */
  readonly skipped: Map<string, string>;
}

export interface Mat73Options extends ReadOptions {
  /** Read only these arrays. Each must be there. */
  readonly keys?: readonly string[];
}

let opened = 0;

/**
 * Reads a MATLAB 7.3 file (`save -v7.3`) or a plain HDF5 file from memory, in browsers too. An array that MATLAB shows as
 * H x W x C has shape [H, W, C], and its values are in C order. libhdf5 (4 MB) is loaded on the first call.
 *
 * @throws FormatError for damaged files, other kinds of `.mat`, `keys` that cannot be read, and more than `maxBytes`.
 */
export async function readMat73(bytes: Uint8Array, options: Mat73Options = {}): Promise<Mat73> {
  const { name = 'mat', maxBytes = DEFAULT_MAX_BYTES } = options;
  requireHdf5(name, bytes.subarray(0, 65536));
  const { library, FS } = await hdf5InMemory();
  const path = `/${String(++opened)}.h5`;
  FS.writeFile(path, bytes);
  let mat: Mat73File | undefined;
  try {
    mat = new Mat73File(new OpenHdf5File(name, library, path, () => inMemory(bytes, name), maxBytes));
    const keys = options.keys ?? mat.keys();
    const skipped = new Map(mat.skipped);
    for (const key of mat.keys()) if (!keys.includes(key)) skipped.set(key, 'not asked for');
    const arrays = new Map<string, NdArray>();
    let left = maxBytes;
    for (const key of keys) {
      const size = mat.shape(key).reduce((product, length) => product * length, 1);
      if (size > left) throw tooLarge(name, key, maxBytes); // before memory is taken; a number has a byte at least
      const array = mat.read(key);
      left -= array.data.byteLength;
      if (left < 0) throw tooLarge(name, key, maxBytes);
      arrays.set(key, array);
    }
    return { arrays, skipped };
  } finally {
    mat?.close();
    FS.unlink(path);
  }
}

function tooLarge(name: string, key: string, maxBytes: number): FormatError {
  return new FormatError({
    name,
    problem: `the arrays up to '${key}' take more than ${String(maxBytes)} bytes`,
    expected: 'at most that many (option maxBytes)',
    fix: 'Name the arrays that are needed (option keys)',
  });
}

function inMemory(bytes: Uint8Array, name: string): RandomAccess {
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
