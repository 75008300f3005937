import { convertIndexedToRgb, decode } from 'fast-png';
import { concat } from '../concat.js';
import { DEFAULT_MAX_BYTES, FormatError } from '../format-error.js';
import { inflateUpTo } from '../inflate-up-to.js';
import { ADAM7_PASSES, deinterlace } from './adam7.js';
import { PNG_SIGNATURE, readPngChunks } from './png-chunks.js';
const CHANNELS = { 0: 1, 2: 3, 3: 1, 4: 2, 6: 4 };
/**
 * Reads a PNG image of 8 or 16 bits. Grey of 1, 2 and 4 bits is widened to 8 (value * 255 / largest);
 * palettes become RGB, or RGBA where they have transparency. A single transparent colour (tRNS of grey
 * and RGB images), gamma and colour profiles are not applied: the values are those in the file.
 *
 * Filters and interlacing are undone by fast-png. It sees a file with the same header and palette but
 * with the image data inflated by us, because it inflates without a limit (also colour profiles).
 *
 * @throws FormatError for damaged files; the size is checked against `maxBytes` before memory is taken.
 */
export function readPng(bytes, options = {}) {
    const name = options.name ?? 'png';
    const chunks = readPngChunks(bytes, name);
    const { header } = chunks;
    const fail = (problem, expected, fix, cause) => new FormatError({
        name,
        offset: chunks.dataOffset,
        problem,
        expected,
        ...(fix === undefined ? {} : { fix }),
        ...(cause === undefined ? {} : { cause }),
    });
    const limit = options.maxBytes ?? DEFAULT_MAX_BYTES;
    const largest = header.colorType === 3 ? 4 : (CHANNELS[header.colorType] ?? 4);
    const needed = header.width * header.height * largest * (header.bitDepth === 16 ? 2 : 1);
    if (needed > limit) {
        throw fail(`an image of ${String(header.width)} x ${String(header.height)} takes ${String(needed)} bytes`, `at most ${String(limit)} (option maxBytes)`);
    }
    if (header.colorType === 3)
        checkPalette(chunks, fail);
    const size = inflatedSize(header);
    // Deflate gives at most 1032 bytes for one: do not take memory for a size that cannot come.
    if (size > chunks.data.length * 1032) {
        throw fail(`${String(chunks.data.length)} bytes of image data`, `enough for ${String(header.width)} x ${String(header.height)} pixels`);
    }
    let raw;
    try {
        // What follows the last pixel is left alone, as libpng does.
        raw = inflateUpTo(chunks.data, size, 'zlib').data;
    }
    catch (cause) {
        throw fail(`the image data is damaged (${String(cause)})`, 'a zlib stream', undefined, cause);
    }
    if (raw.length !== size) {
        throw fail(`the image data ends after ${String(raw.length)} bytes`, String(size), 'The file is truncated: copy or download it again');
    }
    let decoded;
    try {
        if (header.interlaced && header.bitDepth < 8)
            return fromCodes(chunks, deinterlace(header, raw));
        decoded = decode(inflatedPng(bytes, chunks, raw));
        if (header.colorType === 3)
            return indexed(decoded);
    }
    catch (cause) {
        throw fail(`the image data is damaged (${String(cause)})`, 'filter types 0 to 4 and colours of the palette', undefined, cause);
    }
    const channels = CHANNELS[header.colorType] ?? 1;
    const { width, height, bitDepth } = header;
    if (bitDepth < 8)
        return { width, height, channels, bitDepth: 8, data: unpackGrey(decoded) };
    // fast-png's type also allows Uint8ClampedArray, which its decoder never makes.
    const data = decoded.data;
    return { width, height, channels, bitDepth: bitDepth === 16 ? 16 : 8, data };
}
function checkPalette(chunks, fail) {
    const colours = (chunks.palette?.length ?? 0) / 3;
    if (!Number.isInteger(colours) || colours < 1 || colours > 256) {
        throw fail(`a palette of ${String(colours)} colours`, '1 to 256');
    }
    if ((chunks.transparency?.length ?? 0) > colours)
        throw fail('more transparencies than colours', `at most ${String(colours)}`);
}
/** Bytes after inflating: one filter byte and the packed pixels for each row (of each Adam7 pass). */
function inflatedSize(header) {
    const bits = header.bitDepth * (CHANNELS[header.colorType] ?? 1);
    const rows = (width, height) => width === 0 || height === 0 ? 0 : height * (1 + Math.ceil((width * bits) / 8));
    if (!header.interlaced)
        return rows(header.width, header.height);
    return ADAM7_PASSES.reduce((sum, [x, y, stepX, stepY]) => {
        const width = Math.max(0, Math.ceil((header.width - x) / stepX));
        const height = Math.max(0, Math.ceil((header.height - y) / stepY));
        return sum + rows(width, height);
    }, 0);
}
/** The same image with its data in stored (not compressed) deflate blocks and nothing optional. */
function inflatedPng(original, chunks, raw) {
    const parts = [Uint8Array.from(PNG_SIGNATURE), original.subarray(8, 33)]; // with IHDR
    if (chunks.header.colorType === 3) {
        parts.push(...chunk('PLTE', [chunks.palette ?? new Uint8Array()]));
        if (chunks.transparency)
            parts.push(...chunk('tRNS', [chunks.transparency]));
    }
    const stream = [Uint8Array.of(0x78, 0x01)];
    for (let at = 0; at < raw.length; at += 0xffff) {
        const block = raw.subarray(at, at + 0xffff);
        const head = new DataView(new ArrayBuffer(5));
        head.setUint8(0, at + block.length === raw.length ? 1 : 0);
        head.setUint16(1, block.length, true);
        head.setUint16(3, ~block.length & 0xffff, true);
        stream.push(new Uint8Array(head.buffer), block);
    }
    stream.push(new Uint8Array(4)); // Adler-32, which the decoder does not look at
    parts.push(...chunk('IDAT', stream), ...chunk('IEND', []));
    return concat(parts);
}
/** A chunk without its CRC: the original's was checked before. */
function chunk(type, body) {
    const head = new Uint8Array(8);
    new DataView(head.buffer).setUint32(0, body.reduce((sum, part) => sum + part.length, 0));
    head.set(new TextEncoder().encode(type), 4);
    return [head, ...body, new Uint8Array(4)];
}
function indexed(decoded) {
    const data = convertIndexedToRgb(decoded);
    const channels = decoded.palette?.[0]?.length === 4 ? 4 : 3;
    return { width: decoded.width, height: decoded.height, channels, bitDepth: 8, data };
}
/** Grey codes widened to 8 bits, or the colours of a palette. @throws Error for a code beyond the palette */
function fromCodes({ header, palette, transparency }, codes) {
    const { width, height, bitDepth } = header;
    if (palette === undefined || header.colorType !== 3) {
        const largest = 2 ** bitDepth - 1;
        return { width, height, channels: 1, bitDepth: 8, data: codes.map((code) => (code * 255) / largest) };
    }
    const channels = transparency === undefined ? 3 : 4;
    const data = new Uint8Array(codes.length * channels);
    codes.forEach((code, pixel) => {
        if (3 * code + 3 > palette.length)
            throw new Error(`colour ${String(code)} is not in the palette`);
        data.set(palette.subarray(3 * code, 3 * code + 3), pixel * channels);
        if (channels === 4)
            data[pixel * channels + 3] = transparency?.[code] ?? 255;
    });
    return { width, height, channels, bitDepth: 8, data };
}
/** Rows of packed 1, 2 or 4 bit values, most significant first, to one byte each in 0..255. */
function unpackGrey(decoded) {
    const { width, height, depth, data } = decoded;
    const rowBytes = Math.ceil((width * depth) / 8);
    const largest = 2 ** depth - 1;
    const result = new Uint8Array(width * height);
    for (let y = 0; y < height; y++) {
        for (let x = 0; x < width; x++) {
            const bit = x * depth;
            const byte = data[y * rowBytes + (bit >> 3)] ?? 0;
            const value = (byte >> (8 - depth - (bit & 7))) & largest;
            result[y * width + x] = (value * 255) / largest;
        }
    }
    return result;
}
