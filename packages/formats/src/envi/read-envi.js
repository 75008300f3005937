import { memoryBytes } from '../dtype.js';
import { decodeElements } from '../elements.js';
import { DEFAULT_MAX_BYTES, FormatError } from '../format-error.js';
import { sizeOf } from '../ndarray.js';
import { enviFileBytes, parseEnviHeader } from './envi-header.js';
import { storedShape, toCube } from './envi-layout.js';
/**
 * Reads an ENVI image from the text of its `.hdr` file and the bytes of its data file. To read parts
 * of a file on disk use `openEnvi` of `@prismamba/formats/node`.
 *
 * @throws FormatError
 */
export function readEnvi(headerText, bytes, options = {}) {
    const name = options.name ?? 'envi';
    const header = parseEnviHeader(headerText, { name });
    checkEnviSize(header, bytes.length, name);
    const shape = storedShape(header);
    const size = sizeOf(shape);
    const limit = options.maxBytes ?? DEFAULT_MAX_BYTES;
    if (size * memoryBytes(header.dtype) > limit) {
        throw new FormatError({
            name,
            problem: `the image takes ${String(size * memoryBytes(header.dtype))} bytes`,
            expected: `at most ${String(limit)} (option maxBytes)`,
        });
    }
    const data = decodeElements(bytes, header.headerOffset, size, header.dtype, header.littleEndian);
    return { header, cube: toCube({ dtype: header.dtype, shape, data }, header.interleave) };
}
/** Refuses a data file that is shorter than its header says. (Longer ones are common and allowed.) */
export function checkEnviSize(header, bytes, name) {
    const needed = enviFileBytes(header);
    if (bytes < needed) {
        const { lines, samples, bands, dtype, headerOffset } = header;
        throw new FormatError({
            name,
            offset: bytes,
            problem: `the data ends after ${String(bytes)} bytes`,
            expected: `${String(needed)} for ${String(lines)} lines, ${String(samples)} samples, ${String(bands)} bands of ${dtype} after ${String(headerOffset)} bytes`,
            fix: 'The file is truncated, or belongs to another header',
        });
    }
}
