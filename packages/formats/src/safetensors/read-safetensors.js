import { ByteReader } from '../byte-reader.js';
import { memoryBytes } from '../dtype.js';
import { decodeElements, loadedType, storedBytes } from '../elements.js';
import { DEFAULT_MAX_BYTES } from '../format-error.js';
import { sizeOf } from '../ndarray.js';
import { repeatedKey } from './repeated-key.js';
import { LONGEST_SAFETENSORS_HEADER, SAFETENSORS_TYPES } from './safetensors-dtype.js';
/**
 * Reads a safetensors file as strictly as the reference implementation: header length bounded, no
 * repeated key, each tensor exactly as long as its shape says, the tensors together cover the whole
 * buffer without gap or overlap. BF16 becomes float32 (each value is exact).
 *
 * @throws FormatError
 */
export function readSafetensors(bytes, options = {}) {
    const reader = new ByteReader(bytes, options.name ?? 'safetensors');
    const length = reader.uint64('the header length');
    if (length > LONGEST_SAFETENSORS_HEADER) {
        throw reader.error(`a header of ${String(length)} bytes`, `at most ${String(LONGEST_SAFETENSORS_HEADER)}`, undefined, 0);
    }
    const header = parseHeader(reader, length);
    const metadata = readMetadata(reader, header['__metadata__']);
    const entries = Object.entries(header)
        .filter(([name]) => name !== '__metadata__')
        .map(([name, value]) => readEntry(reader, name, value));
    const dataOffset = 8 + length;
    checkCover(reader, entries, dataOffset);
    checkMemory(reader, entries, options.maxBytes ?? DEFAULT_MAX_BYTES);
    const tensors = new Map();
    for (const { name, stored, shape, begin } of entries) {
        const data = decodeElements(bytes, dataOffset + begin, sizeOf(shape), stored, true);
        tensors.set(name, { dtype: loadedType(stored), shape, data });
    }
    return { tensors, metadata };
}
function parseHeader(reader, length) {
    const raw = reader.take(length, 'the JSON header');
    if (raw[0] !== 0x7b)
        throw reader.error('the header is no JSON object', "'{' as its first byte", undefined, 8);
    let header;
    let text;
    try {
        text = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(raw);
        header = JSON.parse(text);
    }
    catch (cause) {
        throw reader.error(`the header is no valid JSON (${String(cause)})`, 'a JSON object in UTF-8', undefined, 8);
    }
    const repeated = repeatedKey(text);
    if (repeated !== undefined)
        throw reader.error(`the key '${repeated}' is in the header twice`, 'unique keys', undefined, 8);
    return header;
}
function isObject(value) {
    return typeof value === 'object' && value !== null && !Array.isArray(value);
}
function isCount(value) {
    return typeof value === 'number' && Number.isSafeInteger(value) && value >= 0;
}
function readMetadata(reader, value) {
    if (value === undefined)
        return {};
    if (!isObject(value))
        throw reader.error('__metadata__ is no object', 'a map of strings', undefined, 8);
    for (const [key, text] of Object.entries(value)) {
        if (typeof text !== 'string')
            throw reader.error(`__metadata__['${key}'] is a ${typeof text}`, 'a string', undefined, 8);
    }
    return value;
}
function readEntry(reader, name, value) {
    const fail = (problem, expected) => reader.error(`tensor '${name}': ${problem}`, expected, undefined, 8);
    if (!isObject(value))
        throw fail('its entry is no object', '{dtype, shape, data_offsets}');
    const { dtype, shape, data_offsets: offsets } = value;
    const unknown = Object.keys(value).find((key) => !['dtype', 'shape', 'data_offsets'].includes(key));
    if (unknown !== undefined)
        throw fail(`unknown key '${unknown}'`, 'dtype, shape and data_offsets only');
    const stored = typeof dtype === 'string' ? SAFETENSORS_TYPES.get(dtype) : undefined;
    if (stored === undefined)
        throw fail(`dtype ${JSON.stringify(dtype)}`, [...SAFETENSORS_TYPES.keys()].join(', '));
    if (!Array.isArray(shape) || !shape.every(isCount))
        throw fail('its shape is not valid', 'a list of whole numbers');
    if (!Array.isArray(offsets) || offsets.length !== 2 || !offsets.every(isCount)) {
        throw fail('its data_offsets are not valid', '[begin, end] in bytes');
    }
    const [begin = 0, end = 0] = offsets;
    const needed = sizeOf(shape) * storedBytes(stored);
    if (end - begin !== needed) {
        throw fail(`data_offsets [${String(begin)}, ${String(end)}]`, `${String(needed)} bytes for ${String(dtype)} [${shape.join(', ')}]`);
    }
    return { name, stored, shape, begin, end };
}
function checkCover(reader, entries, dataOffset) {
    let covered = 0;
    for (const entry of [...entries].sort((a, b) => a.begin - b.begin || a.end - b.end)) {
        if (entry.begin !== covered) {
            const problem = entry.begin < covered ? 'overlaps the tensor before it' : 'leaves a gap before it';
            throw reader.error(`tensor '${entry.name}' ${problem}`, `data_offsets that begin at ${String(covered)}`, undefined, 8);
        }
        covered = entry.end;
    }
    const there = reader.bytes.length - dataOffset;
    if (covered !== there) {
        throw reader.error(`${String(there)} bytes of tensor data`, `the ${String(covered)} that the header describes`, there < covered ? 'The file is truncated: copy or download it again' : undefined, dataOffset);
    }
}
function checkMemory(reader, entries, limit) {
    const total = entries.reduce((sum, { stored, shape }) => sum + sizeOf(shape) * memoryBytes(loadedType(stored)), 0);
    if (total > limit) {
        throw reader.error(`the tensors take ${String(total)} bytes`, `at most ${String(limit)} (option maxBytes)`, undefined, 8);
    }
}
