import crc32 from 'crc-32';
import { ByteReader } from '../byte-reader.js';
import { concat } from '../concat.js';
export const PNG_SIGNATURE = [0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a];
/** Allowed bit depths for each colour type (PNG specification, table 11.1). */
const BIT_DEPTHS = {
    0: [1, 2, 4, 8, 16],
    2: [8, 16],
    3: [1, 2, 4, 8],
    4: [8, 16],
    6: [8, 16],
};
/** Splits a PNG file into its critical chunks; checks signature, order, lengths and every CRC. */
export function readPngChunks(bytes, name) {
    const reader = new ByteReader(bytes, name);
    reader.littleEndian = false;
    const signature = reader.take(8, 'the PNG signature');
    if (PNG_SIGNATURE.some((byte, i) => signature[i] !== byte)) {
        throw reader.error('this is no PNG file', 'the signature \\x89PNG', undefined, 0);
    }
    let header;
    let palette;
    let transparency;
    const parts = [];
    let dataOffset = 0;
    for (;;) {
        const at = reader.offset;
        const length = reader.uint32('a PNG chunk');
        const start = reader.offset;
        const type = String.fromCharCode(...reader.take(4, 'a PNG chunk'));
        const body = reader.take(length, `the PNG chunk ${JSON.stringify(type)}`);
        if (reader.uint32('the CRC of a PNG chunk') !==
            crc32.buf(bytes.subarray(start, start + 4 + length)) >>> 0) {
            throw reader.error(`the CRC of the chunk ${JSON.stringify(type)} does not match`, 'undamaged data', undefined, at);
        }
        if (header === undefined) {
            if (type !== 'IHDR')
                throw reader.error(`the first chunk is ${JSON.stringify(type)}`, 'IHDR', undefined, at);
            header = readHeader(new ByteReader(body, name), start + 4);
        }
        else if (type === 'PLTE')
            palette = body;
        else if (type === 'tRNS')
            transparency = body;
        else if (type === 'IDAT') {
            if (parts.length === 0)
                dataOffset = at;
            parts.push(body);
        }
        else if (type === 'IEND')
            break;
        else if (/^[A-Z]/.test(type)) {
            throw reader.error(`the critical chunk ${JSON.stringify(type)} is not known`, 'IHDR, PLTE, IDAT, IEND', undefined, at);
        }
    }
    if (parts.length === 0)
        throw reader.error('there is no image data', 'an IDAT chunk before IEND');
    return { header, palette, transparency, data: concat(parts), dataOffset };
}
function readHeader(reader, at) {
    reader.littleEndian = false;
    const what = 'the PNG header';
    const width = reader.uint32(what);
    const height = reader.uint32(what);
    const bitDepth = reader.uint8(what);
    const colorType = reader.uint8(what);
    const compression = reader.uint8(what);
    const filter = reader.uint8(what);
    const interlace = reader.uint8(what);
    const fail = (problem, expected) => reader.error(problem, expected, undefined, at);
    if (width === 0 || height === 0)
        throw fail(`an image of ${String(width)} x ${String(height)}`, 'at least 1 x 1');
    if (!BIT_DEPTHS[colorType]?.includes(bitDepth)) {
        throw fail(`colour type ${String(colorType)} with ${String(bitDepth)} bits`, 'a combination of the PNG specification');
    }
    if (compression !== 0 || filter !== 0 || interlace > 1) {
        throw fail(`compression ${String(compression)}, filter ${String(filter)}, interlace ${String(interlace)}`, 'compression 0, filter 0, interlace 0 or 1');
    }
    return { width, height, bitDepth, colorType, interlaced: interlace === 1 };
}
