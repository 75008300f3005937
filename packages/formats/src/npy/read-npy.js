import { ByteReader } from '../byte-reader.js';
import { ITEM_BYTES, memoryBytes } from '../dtype.js';
import { decodeElements } from '../elements.js';
import { DEFAULT_MAX_BYTES } from '../format-error.js';
import { fromFortranOrder, sizeOf } from '../ndarray.js';
import { readNpyHeader } from './npy-header.js';
/**
 * Reads a NumPy `.npy` file: either byte order, C or Fortran order (the result is in C order).
 *
 * @throws FormatError for damaged files, object, string, complex and structured dtypes.
 */
export function readNpy(bytes, options = {}) {
    const name = options.name ?? 'npy';
    const header = readNpyHeader(bytes, name);
    const reader = new ByteReader(bytes, name);
    reader.offset = header.dataOffset;
    const size = sizeOf(header.shape);
    const needed = size * ITEM_BYTES[header.dtype];
    if (!Number.isSafeInteger(needed) || needed !== reader.remaining) {
        throw reader.error(`${String(reader.remaining)} bytes of data`, `${String(needed)} for shape [${header.shape.join(', ')}] of ${header.dtype}`, needed > reader.remaining ? 'The file is truncated: copy or download it again' : undefined);
    }
    const limit = options.maxBytes ?? DEFAULT_MAX_BYTES;
    if (size * memoryBytes(header.dtype) > limit) {
        throw reader.error(`the array takes ${String(size * memoryBytes(header.dtype))} bytes`, `at most ${String(limit)} (option maxBytes)`);
    }
    const data = decodeElements(bytes, header.dataOffset, size, header.dtype, header.littleEndian);
    if (!header.fortranOrder)
        return { dtype: header.dtype, shape: header.shape, data };
    return {
        dtype: header.dtype,
        shape: header.shape,
        data: fromFortranOrder(data, header.dtype, header.shape),
    };
}
