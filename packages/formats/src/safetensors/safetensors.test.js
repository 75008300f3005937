import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { FormatError } from '../format-error.js';
import { readSafetensors } from './read-safetensors.js';
import { writeSafetensors } from './write-safetensors.js';
function file(header, data = new Uint8Array(0), claimed) {
    const text = new TextEncoder().encode(typeof header === 'string' ? header : JSON.stringify(header));
    const bytes = new Uint8Array(8 + text.length + data.length);
    new DataView(bytes.buffer).setBigUint64(0, BigInt(claimed ?? text.length), true);
    bytes.set(text, 8);
    bytes.set(data, 8 + text.length);
    return bytes;
}
const arrayOf = (dtype, values) => {
    const shape = [values.length];
    switch (dtype) {
        case 'float32':
        case 'float16':
            return { dtype, shape, data: Float32Array.from(values) };
        case 'float64':
            return { dtype, shape, data: Float64Array.from(values) };
        case 'int64':
            return { dtype, shape, data: BigInt64Array.from(values, BigInt) };
        case 'uint8':
            return { dtype, shape, data: Uint8Array.from(values) };
        case 'bool':
            return { dtype, shape, data: Uint8Array.from(values, (value) => value % 2) };
    }
};
test('round trip; the order of insertion does not change the bytes', () => {
    const dtypes = fc.constantFrom('float32', 'float64', 'int64', 'uint8', 'float16', 'bool');
    const values = fc.array(fc.integer({ min: 0, max: 255 }), { maxLength: 6 });
    fc.assert(fc.property(fc.uniqueArray(fc.tuple(fc.string({ maxLength: 9 }), dtypes, values), {
        selector: ([name]) => name,
        maxLength: 6,
    }), fc.dictionary(fc.string(), fc.string(), { maxKeys: 3, noNullPrototype: true }), (entries, metadata) => {
        const tensors = new Map(entries.map(([name, dtype, data]) => [name, arrayOf(dtype, data)]));
        const bytes = writeSafetensors(tensors, metadata);
        const read = readSafetensors(bytes);
        expect(new Map([...read.tensors].sort())).toEqual(new Map([...tensors].sort()));
        expect(read.metadata).toEqual(metadata);
        expect(writeSafetensors(new Map([...tensors].reverse()), metadata)).toEqual(bytes);
    }), { numRuns: 100 });
});
test('the layout of the specification, byte by byte', () => {
    const bytes = writeSafetensors(new Map([['a', { dtype: 'int16', shape: [2, 1], data: Int16Array.of(1, -2) }]]));
    const header = '{"a":{"dtype":"I16","shape":[2,1],"data_offsets":[0,4]}} ';
    const padded = header.padEnd(Math.ceil(header.trimEnd().length / 8) * 8);
    expect(bytes).toEqual(file(padded.slice(0, Math.ceil(header.trimEnd().length / 8) * 8), Uint8Array.of(1, 0, 254, 255)));
});
test('BF16, F16, scalars, empty tensors', () => {
    const bytes = file({
        half: { dtype: 'F16', shape: [2], data_offsets: [0, 4] },
        brain: { dtype: 'BF16', shape: [], data_offsets: [4, 6] },
        none: { dtype: 'F64', shape: [0, 3], data_offsets: [6, 6] },
    }, Uint8Array.of(0x00, 0x3c, 0x00, 0xc0, 0x20, 0xc0));
    const { tensors } = readSafetensors(bytes);
    expect(tensors.get('half')).toEqual({ dtype: 'float16', shape: [2], data: Float32Array.of(1, -2) });
    expect(tensors.get('brain')).toEqual({ dtype: 'float32', shape: [], data: Float32Array.of(-2.5) });
    expect(tensors.get('none')).toEqual({ dtype: 'float64', shape: [0, 3], data: new Float64Array(0) });
});
describe('what the specification forbids', () => {
    const a = (begin, end, shape = [(end - begin) / 4], dtype = 'F32') => ({
        dtype,
        shape,
        data_offsets: [begin, end],
    });
    const data = new Uint8Array(16);
    test.each([
        [
            'a header that is too long',
            file('{}', data, 100_000_001),
            /at byte 0: a header of 100000001 bytes; expected at most 100000000/,
        ],
        [
            'a header length beyond 2^53',
            Uint8Array.of(255, 255, 255, 255, 255, 255, 255, 255, 0),
            /the header length is 18446744073709551615/,
        ],
        [
            'a header beyond the file',
            file('{}', new Uint8Array(0), 3),
            /the file ends inside the JSON header; expected 3 more bytes, 2 are left/,
        ],
        ['no object', file('[]'), /the header is no JSON object/],
        ['a space before the object', file(' {}'), /the header is no JSON object/],
        ['broken JSON', file('{"a":'), /no valid JSON/],
        ['broken UTF-8', file('{}', Uint8Array.of(255), 3), /no valid JSON/],
        [
            'a repeated key',
            file('{"a":{"dtype":"F32","shape":[0],"data_offsets":[0,0]},"\\u0061":{"dtype":"F32","shape":[0],"data_offsets":[0,0]}}'),
            /the key 'a' is in the header twice/,
        ],
        [
            'an overlap',
            file({ a: a(0, 8), b: a(4, 12) }, data.subarray(0, 12)),
            /tensor 'b' overlaps the tensor before it; expected data_offsets that begin at 8/,
        ],
        ['a gap', file({ a: a(0, 4), b: a(8, 16) }, data), /tensor 'b' leaves a gap/],
        ['a gap at the start', file({ a: a(8, 16) }, data), /tensor 'a' leaves a gap/],
        [
            'bytes at the end',
            file({ a: a(0, 8) }, data),
            /16 bytes of tensor data; expected the 8 that the header describes/,
        ],
        ['too few bytes', file({ a: a(0, 32) }, data), /16 bytes of tensor data; expected the 32/],
        [
            'offsets that do not fit the shape',
            file({ a: a(0, 16, [3]) }, data),
            /data_offsets \[0, 16\]; expected 12 bytes for F32 \[3\]/,
        ],
        ['a shape that overflows', file({ a: a(0, 16, [2 ** 52, 2 ** 52]) }, data), /expected .* bytes for F32/],
        ['negative extents', file({ a: a(0, 16, [-4, -1]) }, data), /its shape is not valid/],
        ['reversed offsets', file({ a: a(16, 0, [4]) }, data), /data_offsets \[16, 0\]/],
        [
            'an unknown dtype',
            file({ a: a(0, 16, [16], 'F8_E4M3') }, data),
            /dtype "F8_E4M3"; expected BOOL, U8, .*BF16/,
        ],
        ['an unknown key', file({ a: { ...a(0, 16), extra: 1 } }, data), /unknown key 'extra'/],
        [
            'metadata that is no text',
            file({ __metadata__: { a: 1 } }),
            /__metadata__\['a'\] is a number; expected a string/,
        ],
    ])('%s', (_, bytes, message) => {
        expect(() => readSafetensors(bytes)).toThrow(message);
        expect(() => readSafetensors(bytes)).toThrow(FormatError);
    });
    test('every truncation', () => {
        const bytes = writeSafetensors(new Map([
            ['a', arrayOf('float32', [1, 2, 3])],
            ['b', arrayOf('uint8', [1])],
        ]), { k: 'v' });
        for (let length = 0; length < bytes.length; length++) {
            expect(() => readSafetensors(bytes.subarray(0, length)), String(length)).toThrow(FormatError);
        }
    });
    test('the name __proto__ is a name like any other', () => {
        const tensors = new Map([['__proto__', arrayOf('float32', [1])]]);
        expect(readSafetensors(writeSafetensors(tensors)).tensors).toEqual(tensors);
    });
    test('maxBytes; a tensor named __metadata__', () => {
        const bytes = writeSafetensors(new Map([['a', arrayOf('float32', [1, 2, 3])]]));
        expect(() => readSafetensors(bytes, { maxBytes: 11 })).toThrow(/the tensors take 12 bytes; expected at most 11/);
        expect(() => writeSafetensors(new Map([['__metadata__', arrayOf('float32', [1])]]))).toThrow(/must not be named/);
    });
});
