import { resolveRanges, type Ranges } from '../array-ranges.js';
import { ITEM_BYTES, type DType } from '../dtype.js';
import { DEFAULT_MAX_BYTES, FormatError, type ReadOptions } from '../format-error.js';
import { sizeOf, transpose, type NdArray } from '../ndarray.js';
import { readNpyHeader } from '../npy/npy-header.js';
import { RandomAccessFile, readRegion, type StoredArray } from './hyperslab.js';
import { checkFile } from './read-file.js';

/** An open file that holds one array. */
export interface SingleArrayFile {
  readonly path: string;
  readonly shape: readonly number[];
  readonly dtype: DType;
  /** The whole array. */
  read(): NdArray;
  /** The part `[begin, end)` of each axis (null: the whole axis); only that part is read. */
  slice(ranges: Ranges): NdArray;
  close(): void;
}

/** The longest npy header, with its prefix. */
const HEAD = 65536 + 12;

/** Opens a `.npy` file so that parts of it can be read. @throws FileError, FormatError */
export function openNpy(path: string, options: Pick<ReadOptions, 'maxBytes'> = {}): SingleArrayFile {
  const size = checkFile(path, Number.MAX_SAFE_INTEGER);
  const file = new RandomAccessFile(path);
  try {
    const head = new Uint8Array(Math.min(size, HEAD));
    file.readInto(head, 0);
    const header = readNpyHeader(head, path);
    const needed = header.dataOffset + sizeOf(header.shape) * ITEM_BYTES[header.dtype];
    if (size !== needed) {
      throw new FormatError({
        name: path,
        offset: header.dataOffset,
        problem: `the file has ${String(size)} bytes`,
        expected: `${String(needed)} for shape [${header.shape.join(', ')}] of ${header.dtype}`,
        ...(size < needed ? { fix: 'The file is truncated: copy or download it again' } : {}),
      });
    }
    // Fortran order is the C order of the reversed shape.
    const reversed = header.fortranOrder;
    const stored: StoredArray = {
      ...header,
      shape: reversed ? [...header.shape].reverse() : header.shape,
      offset: header.dataOffset,
    };
    const slice = (ranges: Ranges): NdArray => {
      const region = resolveRanges(`${path}: slice`, header.shape, ranges);
      const part = readRegion(
        file,
        stored,
        reversed ? region.reverse() : region,
        options.maxBytes ?? DEFAULT_MAX_BYTES,
      );
      return reversed ? transpose(part) : part;
    };
    return {
      path,
      shape: header.shape,
      dtype: header.dtype,
      slice,
      read: () => slice(header.shape.map(() => null)),
      close: () => {
        file.close();
      },
    };
  } catch (error) {
    file.close();
    throw error;
  }
}
