import { allocate, ITEM_BYTES, memoryBytes } from '../dtype.js';
import { decodeElements } from '../elements.js';
import { fromFortranOrder, sizeOf } from '../ndarray.js';
import { FLAG_COMPLEX, FLAG_LOGICAL, MI, MI_TYPES, MX_CHAR, MX_OPAQUE, MX_OTHER, MX_TYPES, } from './mat5-types.js';
/** MATLAB allows 63 characters and no fixed number of axes; beyond these limits a file is damaged. */
const LONGEST_NAME = 1024;
const MOST_AXES = 64;
/** A tag is 8 bytes; a small element has size and type in 2 bytes each and its data in the other 4. */
function readTag(reader, what) {
    const first = reader.uint32(what);
    const small = first >>> 16;
    if (small !== 0) {
        if (small > 4)
            throw reader.error(`a small element of ${String(small)} bytes`, 'at most 4', undefined, reader.offset - 4);
        return { type: first & 0xffff, size: small, step: 4 };
    }
    const size = reader.uint32(what);
    return { type: first, size, step: Math.ceil(size / 8) * 8 };
}
/** Reads flags, dimensions and name; leaves the reader at the data. */
export function readMatrixHead(reader) {
    const flags = readTag(reader, 'the array flags');
    if (flags.type !== MI.UINT32 || flags.size !== 8) {
        throw reader.error(`array flags of type ${String(flags.type)} with ${String(flags.size)} bytes`, 'type 6 (miUINT32) with 8 bytes');
    }
    const word = reader.uint32('the array flags');
    reader.take(4, 'the array flags');
    const classCode = word & 0xff;
    const bits = (word >>> 8) & 0xff;
    // Strings, tables, datetimes, ... (MCOS objects) have no dimensions: their name follows, then their type system and class.
    if (classCode === MX_OPAQUE) {
        const name = readName(reader);
        readName(reader);
        const type = readName(reader);
        const what = type === '' ? 'an object' : `an object of class ${type}`;
        return { name, shape: [], classCode, logical: false, unreadable: what };
    }
    const dimensions = readTag(reader, 'the dimensions');
    const rank = dimensions.size / 4;
    if (dimensions.type !== MI.INT32 || !Number.isInteger(rank) || rank < 2 || rank > MOST_AXES) {
        throw reader.error(`dimensions of type ${String(dimensions.type)} with ${String(dimensions.size)} bytes`, 'type 5 (miINT32) with two numbers or more');
    }
    const start = reader.offset;
    const shape = Array.from({ length: rank }, () => reader.int32('the dimensions'));
    if (shape.some((extent) => extent < 0) || !Number.isSafeInteger(sizeOf(shape))) {
        throw reader.error(`dimensions ${shape.join(' x ')}`, 'whole numbers >= 0', undefined, start);
    }
    reader.offset = start;
    reader.take(dimensions.step, 'the dimensions');
    const name = readName(reader);
    const other = MX_OTHER[classCode];
    const unreadable = other ??
        (classCode !== MX_CHAR && MX_TYPES[classCode] === undefined
            ? `an array of the unknown class ${String(classCode)}`
            : bits & FLAG_COMPLEX
                ? 'complex'
                : undefined);
    return { name, shape, classCode, logical: (bits & FLAG_LOGICAL) !== 0, unreadable };
}
function readName(reader) {
    const tag = readTag(reader, 'the array name');
    if (tag.size > LONGEST_NAME)
        throw reader.error(`a name of ${String(tag.size)} bytes`, `at most ${String(LONGEST_NAME)}`);
    return new TextDecoder().decode(reader.take(tag.step, 'the array name').subarray(0, tag.size));
}
/** The element type of a numeric or logical array; undefined for other classes. */
export function loadedDType(head) {
    const dtype = MX_TYPES[head.classCode];
    return dtype !== undefined && head.logical ? 'bool' : dtype;
}
/** Reads the numbers that follow a head, widened to the array's class, in C order. */
export function readNumbers(reader, head, maxBytes) {
    const loaded = loadedDType(head) ?? 'float64';
    const size = sizeOf(head.shape);
    if (size * memoryBytes(loaded) > maxBytes) {
        throw reader.error(`the array '${head.name}' takes ${String(size * memoryBytes(loaded))} bytes`, `at most ${String(maxBytes)} are left (option maxBytes)`);
    }
    if (size === 0)
        return { dtype: loaded, shape: head.shape, data: allocate(loaded, 0) };
    const at = reader.offset;
    const tag = readTag(reader, `the data of '${head.name}'`);
    const stored = MI_TYPES[tag.type];
    if (stored === undefined || !fits(stored, loaded)) {
        throw reader.error(`data of type ${String(tag.type)} for the ${loaded} array '${head.name}'`, 'a number type that fits', undefined, at);
    }
    if (tag.size !== size * ITEM_BYTES[stored]) {
        throw reader.error(`${String(tag.size)} bytes of data for '${head.name}'`, `${String(size * ITEM_BYTES[stored])} for ${head.shape.join(' x ')} of ${stored}`, undefined, at);
    }
    const start = reader.offset;
    reader.take(tag.size, `the data of '${head.name}'`);
    const raw = decodeElements(reader.bytes, start, size, stored, reader.littleEndian);
    const data = fromFortranOrder(widen(raw, stored, loaded), loaded, head.shape);
    return { dtype: loaded, shape: head.shape, data };
}
/** MATLAB stores whole numbers in the smallest type that holds them, whatever the array's class. */
function fits(stored, loaded) {
    const fraction = stored === 'float32' || stored === 'float64';
    return !fraction || loaded === 'float32' || loaded === 'float64';
}
function widen(raw, stored, loaded) {
    if (stored === loaded)
        return raw;
    const result = allocate(loaded, raw.length);
    if (result instanceof BigInt64Array || result instanceof BigUint64Array) {
        for (let i = 0; i < raw.length; i++)
            result[i] = BigInt(raw[i] ?? 0);
    }
    else {
        for (let i = 0; i < raw.length; i++)
            result[i] = loaded === 'bool' ? Number(raw[i] !== 0) : Number(raw[i]);
    }
    return result;
}
/** Reads a char array: one line a row. */
export function readText(reader, head, maxBytes) {
    const size = sizeOf(head.shape);
    if (size === 0)
        return '';
    const tag = readTag(reader, `the text of '${head.name}'`);
    if (tag.size > maxBytes)
        throw reader.error(`a text of ${String(tag.size)} bytes`, `at most ${String(maxBytes)} (option maxBytes)`);
    const raw = reader.take(tag.size, `the text of '${head.name}'`);
    const text = decodeText(reader, raw, tag.type);
    const [rows = 1, columns = 1] = head.shape;
    if (rows === 1 || text.length !== rows * columns)
        return text;
    const lines = Array.from({ length: rows }, (_, row) => Array.from({ length: columns }, (__, column) => text[row + rows * column] ?? '').join(''));
    return lines.join('\n');
}
function decodeText(reader, raw, type) {
    if (type === MI.UTF8)
        return new TextDecoder().decode(raw);
    if (type === MI.UTF16 || type === MI.UINT16) {
        const label = reader.littleEndian ? 'utf-16le' : 'utf-16be';
        return new TextDecoder(label, { ignoreBOM: true }).decode(raw);
    }
    if (type === MI.UINT8 || type === MI.INT8)
        return Array.from(raw, (code) => String.fromCharCode(code)).join('');
    throw reader.error(`text of type ${String(type)}`, '8-bit or 16-bit characters');
}
