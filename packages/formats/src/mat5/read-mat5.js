import { ByteReader } from '../byte-reader.js';
import { DEFAULT_MAX_BYTES, FormatError } from '../format-error.js';
import { detectMatVersion } from './detect-mat-version.js';
import { inflateElement } from './inflate-element.js';
import { MI, MX_CHAR } from './mat5-types.js';
import { loadedDType, readMatrixHead, readNumbers, readText } from './matrix-element.js';
/** Deflate gives at most 1032 bytes for one. */
const LARGEST_DEFLATE_RATIO = 1032;
/**
 * Reads a MATLAB level 5 file (`save -v6`, `save -v7`): either byte order, compressed or not. An array
 * that MATLAB shows as H x W x C has shape [H, W, C], and its values are in C order. Whole numbers that
 * MATLAB stored in a smaller type are widened to the array's class; logical becomes bool.
 *
 * @throws FormatError for damaged files, other kinds of `.mat`, and `keys` that cannot be read.
 */
export function readMat5(bytes, options = {}) {
    const reader = new ByteReader(bytes, options.name ?? 'mat');
    readFileHeader(reader);
    const result = { arrays: new Map(), texts: new Map(), skipped: new Map() };
    const wanted = options.keys === undefined ? undefined : new Set(options.keys);
    let left = options.maxBytes ?? DEFAULT_MAX_BYTES;
    const store = (element, head) => {
        if (head.classCode === MX_CHAR) {
            const text = readText(element, head, left);
            left -= 2 * text.length;
            result.texts.set(head.name, text);
        }
        else {
            const array = readNumbers(element, head, left);
            left -= array.data.byteLength;
            result.arrays.set(head.name, array);
        }
    };
    const unique = uniqueNames(reader);
    /** Whether to read an array; notes the reason where not. */
    const accept = (head) => {
        if (isSubsystem(head))
            return false;
        unique(head.name);
        const reason = wanted?.has(head.name) === false ? 'not asked for' : head.unreadable;
        if (reason !== undefined)
            result.skipped.set(head.name, reason);
        return reason === undefined;
    };
    walkMat5(reader, { accept, store, checksSkipped: () => wanted === undefined, left: () => left });
    checkKeys(result, options);
    return result;
}
/** Visits the elements after the file header. */
function walkMat5(reader, visitor) {
    while (reader.remaining > 0) {
        const at = reader.offset;
        const type = reader.uint32('the tag of an element');
        const size = reader.uint32('the tag of an element');
        const body = reader.take(size, 'an element');
        if (type === MI.COMPRESSED) {
            readCompressed(reader, body, at, visitor);
        }
        else if (type === MI.MATRIX) {
            const element = nested(reader, body, `element at byte ${String(at)}`);
            if (size === 0)
                continue; // an empty placeholder
            const head = readMatrixHead(element);
            if (visitor.accept(head))
                visitor.store(element, head);
        }
        else {
            throw reader.error(`an element of type ${String(type)}`, '14 (miMATRIX) or 15 (miCOMPRESSED)', undefined, at);
        }
    }
}
/** Shapes and types of the variables of a level 5 file, without their values, and why others are not read. */
export function listMat5(bytes, options = {}) {
    const reader = new ByteReader(bytes, options.name ?? 'mat');
    readFileHeader(reader);
    const variables = new Map();
    const skipped = new Map();
    const unique = uniqueNames(reader);
    const accept = (head) => {
        const dtype = loadedDType(head);
        if (isSubsystem(head))
            return false;
        unique(head.name);
        if (head.unreadable === undefined && dtype !== undefined)
            variables.set(head.name, { shape: head.shape, dtype });
        else
            skipped.set(head.name, head.unreadable ?? 'text');
        return false;
    };
    // The variables are checked when they are read; the others never are, and their description is what says that they cannot be.
    const checksSkipped = ({ name }) => !variables.has(name);
    walkMat5(reader, { accept, store: () => undefined, checksSkipped, left: () => 0 });
    return { variables, skipped };
}
/** What MATLAB keeps of objects stands after the variables, in an array without a name. */
const isSubsystem = ({ name }) => name === '';
/** MATLAB writes each name once; which of two is meant, nobody can tell. */
function uniqueNames(reader) {
    const seen = new Set();
    return (name) => {
        if (seen.has(name)) {
            throw reader.error(`the variable '${name}' is there twice`, 'each name once', 'Save it again in MATLAB');
        }
        seen.add(name);
    };
}
function nested(outer, bytes, part) {
    const reader = new ByteReader(bytes, `${outer.name} (${part})`);
    reader.littleEndian = outer.littleEndian;
    return reader;
}
function readFileHeader(reader) {
    const { bytes } = reader;
    const version = detectMatVersion(bytes);
    if (version === 'v7.3' || version === 'hdf5') {
        throw reader.error('this is a MATLAB v7.3 (HDF5) file', 'level 5', 'Read it with openMat or openHdf5 of @prismamba/formats/node', 0);
    }
    if (version === 'v4') {
        throw reader.error('this is a MATLAB level 4 file', 'level 5', 'Save it again in MATLAB: save(name, ..., "-v7")', 0);
    }
    if (version === undefined) {
        const short = bytes.length < 128 && new TextDecoder().decode(bytes.subarray(0, 6)) === 'MATLAB';
        throw reader.error(short ? 'the file ends inside the MATLAB header' : 'this is no MATLAB file', short ? '128 bytes' : 'version 0x0100 and byte order MI or IM at byte 124', undefined, short ? bytes.length : 124);
    }
    reader.littleEndian = bytes[126] === 0x49; // 'IM'
    reader.offset = 128;
}
function readCompressed(reader, body, at, visitor) {
    const part = `compressed element at byte ${String(at)}`;
    const inflated = inflateElement(body, reader, at, (headBytes) => {
        const element = nested(reader, headBytes, part);
        const type = element.uint32('the tag of an element');
        if (type !== MI.MATRIX)
            throw element.error(`an element of type ${String(type)}`, '14 (miMATRIX)', undefined, 0);
        const size = element.uint32('the tag of an element');
        if (size === 0)
            return undefined;
        // A damaged description could make a good array look like one of a kind that is not read.
        const head = readMatrixHead(element);
        if (!visitor.accept(head))
            return visitor.checksSkipped(head) ? 'check' : undefined;
        if (size > body.length * LARGEST_DEFLATE_RATIO) {
            throw element.error(`${String(body.length)} compressed bytes announce ${String(size)}`, `at most ${String(body.length * LARGEST_DEFLATE_RATIO)}`);
        }
        const left = visitor.left();
        if (size > left + HEAD_ROOM)
            throw element.error(`the array takes ${String(size)} bytes`, `at most ${String(left)} are left (option maxBytes)`);
        return 8 + size;
    });
    if (inflated === undefined)
        return;
    const element = nested(reader, inflated, part);
    element.offset = 8;
    visitor.store(element, readMatrixHead(element));
}
/** What an element has beside its numbers, generously. */
const HEAD_ROOM = 4096;
function checkKeys(result, options) {
    for (const key of options.keys ?? []) {
        if (result.arrays.has(key) || result.texts.has(key))
            continue;
        const reason = result.skipped.get(key);
        const there = [...result.arrays.keys(), ...result.texts.keys(), ...result.skipped.keys()];
        throw new FormatError({
            name: options.name ?? 'mat',
            problem: reason === undefined ? `there is no variable '${key}'` : `the variable '${key}' is ${reason}`,
            expected: reason === undefined
                ? `one of ${there.map((name) => `'${name}'`).join(', ') || 'none: the file is empty'}`
                : 'real numbers or text',
        });
    }
}
