import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { allocate } from '../dtype.js';
import { FormatError } from '../format-error.js';
import { concat } from '../concat.js';
import { decodeEnviHeader, parseEnviHeader } from './envi-header.js';
import { readEnvi } from './read-envi.js';
import { writeEnvi } from './write-envi.js';
const DTYPES = [
    'uint8',
    'int16',
    'int32',
    'float32',
    'float64',
    'uint16',
    'uint32',
    'int64',
    'uint64',
];
function cubeOf(dtype, shape) {
    const data = allocate(dtype, shape.reduce((product, extent) => product * extent, 1));
    for (let i = 0; i < data.length; i++) {
        if (data instanceof BigInt64Array || data instanceof BigUint64Array)
            data[i] = BigInt(i) << 33n;
        else
            data[i] = i * 1.25;
    }
    return { dtype, shape, data };
}
const HEADER = `ENVI
description = {
  a test, with = signs}
Samples = 2
lines   = 3
bands   = 2
header offset = 4
file type = ENVI Standard
data type = 12
interleave = BSQ
byte order = 1
; a comment = ignored
wavelength units = Micrometers
wavelength = {
 0.40, 0.41
}
band names = { blue, violet }
data  ignore value = -9999
reflectance scale factor = 10000`;
test('a header in the style of the field', () => {
    const header = parseEnviHeader(HEADER);
    expect(header).toMatchObject({
        lines: 3,
        samples: 2,
        bands: 2,
        dtype: 'uint16',
        interleave: 'bsq',
        littleEndian: false,
        headerOffset: 4,
        wavelengths: [0.4, 0.41],
        wavelengthUnits: 'Micrometers',
        wavelengthsNm: [400, 410],
        bandNames: ['blue', 'violet'],
        ignoreValue: -9999,
        reflectanceScaleFactor: 10000,
        description: 'a test, with = signs',
    });
    expect(header.fields.get('file type')).toBe('ENVI Standard');
});
test('header offset, byte order and each interleave, byte by byte', () => {
    const at = (line, sample, band) => 100 * line + 10 * sample + band;
    const orders = {
        bsq: (visit) => {
            for (let b = 0; b < 2; b++)
                for (let l = 0; l < 3; l++)
                    for (let s = 0; s < 2; s++)
                        visit(l, s, b);
        },
        bil: (visit) => {
            for (let l = 0; l < 3; l++)
                for (let b = 0; b < 2; b++)
                    for (let s = 0; s < 2; s++)
                        visit(l, s, b);
        },
        bip: (visit) => {
            for (let l = 0; l < 3; l++)
                for (let s = 0; s < 2; s++)
                    for (let b = 0; b < 2; b++)
                        visit(l, s, b);
        },
    };
    for (const [interleave, walk] of Object.entries(orders)) {
        const bytes = [9, 9, 9, 9];
        walk((l, s, b) => bytes.push(at(l, s, b) >> 8, at(l, s, b) & 255));
        const { cube } = readEnvi(HEADER.replace('BSQ', interleave), Uint8Array.from(bytes));
        expect(cube.shape).toEqual([3, 2, 2]);
        expect(cube.dtype).toBe('uint16');
        orders.bip((l, s, b) => {
            expect(cube.data[(l * 2 + s) * 2 + b]).toBe(at(l, s, b));
        });
    }
});
test('round trip of every type, interleave and shape', () => {
    const extent = fc.integer({ min: 1, max: 37 });
    fc.assert(fc.property(fc.constantFrom(...DTYPES), fc.constantFrom('bsq', 'bil', 'bip'), extent, extent, fc.integer({ min: 1, max: 5 }), (dtype, interleave, lines, samples, bands) => {
        const cube = cubeOf(dtype, [lines, samples, bands]);
        const wavelengths = Array.from({ length: bands }, (_, i) => 400 + 10.5 * i);
        const { header, data } = writeEnvi(cube, { interleave, wavelengths, description: 'a cube' });
        const read = readEnvi(header, data);
        expect(read.cube).toEqual(cube);
        expect(read.header.wavelengthsNm).toEqual(wavelengths);
        expect(read.header.interleave).toBe(interleave);
    }), { numRuns: 60 });
});
test('wavelengths in another unit are given as they are, and not as nanometres', () => {
    const header = parseEnviHeader(HEADER.replace('Micrometers', 'Index'));
    expect(header.wavelengths).toEqual([0.4, 0.41]);
    expect(header.wavelengthsNm).toBeUndefined();
    expect(header.notes).toEqual([
        "'wavelength units = Index' is no unit of length, so the wavelengths are left out",
    ]);
});
describe('headers of other programs', () => {
    const HEAD = 'ENVI\nsamples = 1\nlines = 1\nbands = 3\ninterleave = bsq\nbyte order = 0\ndata type = 4\n';
    test('an entry on the line of a closing brace, a brace on the next line, comments and a comma at the end', () => {
        const header = parseEnviHeader(`ENVI\nsamples = 1\ninterleave = bip\ndata type = 2\nwavelength =\n  {500,\n; red } is next\n600, 700,} lines = 2\n` +
            'band names = {a, b, c} bands = 3\nbyte order = 1\ndescription = {of {two} kinds\nand } more}\nwavelength units = nm\n');
        expect(header).toMatchObject({
            lines: 2,
            bands: 3,
            littleEndian: false,
            wavelengthsNm: [500, 600, 700],
            bandNames: ['a', 'b', 'c'],
            description: 'of {two} kinds\nand } more',
            notes: [],
        });
    });
    test('no byte order: little-endian, and a note', () => {
        const header = parseEnviHeader(HEAD.replace('byte order = 0\n', ''));
        expect(header.littleEndian).toBe(true);
        expect(header.notes).toEqual(["there is no 'byte order'; little-endian (0) is assumed"]);
    });
    test.each([
        ['nan', NaN],
        ['-inf', -Infinity],
        ['', undefined],
        ['-9999', -9999],
    ])("data ignore value = '%s'", (text, value) => {
        expect(parseEnviHeader(`${HEAD}data ignore value = ${text}\n`).ignoreValue).toBe(value);
        expect(() => parseEnviHeader(`${HEAD}data ignore value = none\n`)).toThrow(/'data ignore value = none'/);
    });
    test('band names of another count are left out with a note', () => {
        const header = parseEnviHeader(`${HEAD}band names = {red, 650 nm, green, blue}\n`);
        expect(header.bandNames).toBeUndefined();
        expect(header.notes[0]).toMatch(/'band names' has 4 entries for 3 bands/);
    });
    test.each([
        ['wavelength units = Unknown\nwavelength = {0.4, 0.5, 0.6}', [400, 500, 600], /micrometres are assumed/],
        ['wavelength = {400, 500, 600}', [400, 500, 600], /nanometres are assumed/],
        ['wavelength = {1, 2, 3}', undefined, /they are left out/],
    ])('%s', (text, nm, note) => {
        const header = parseEnviHeader(`${HEAD}${text}\n`);
        expect(header.wavelengthsNm).toEqual(nm);
        expect(header.notes[0]).toMatch(note);
    });
    test.each([
        ['the micro sign in Latin-1', Uint8Array.of(0xb5)],
        ['the micro sign in UTF-8', new TextEncoder().encode('\u00b5')],
        ['the Greek letter', new TextEncoder().encode('\u03bc')],
    ])('%s', (_, sign) => {
        const text = new TextEncoder();
        const bytes = concat([
            text.encode(`${HEAD}wavelength = {0.5, 0.6, 0.7}\nwavelength units = `),
            sign,
            text.encode('m\n'),
        ]);
        expect(parseEnviHeader(decodeEnviHeader(bytes)).wavelengthsNm).toEqual([500, 600, 700]);
    });
});
describe('errors', () => {
    test.each([
        [HEADER.replace('ENVI\n', ''), /this is no ENVI header; expected ENVI as its first word/],
        [HEADER.replace('lines   = 3', ''), /there is no 'lines'; expected lines = a whole number >= 1/],
        [HEADER.replace('lines   = 3', 'lines = 3.5'), /'lines = 3\.5'; expected lines = a whole number/],
        [HEADER.replace('lines   = 3', 'lines = -3'), /'lines = -3'/],
        [
            HEADER.replace('data type = 12', 'data type = 6'),
            /'data type = 6' \(complex\); expected .*12 \(uint16\).*real and the imaginary part/,
        ],
        [
            HEADER.replace('interleave = BSQ', 'interleave = tiles'),
            /'interleave = tiles'; expected bsq, bil or bip/,
        ],
        [HEADER.replace('byte order = 1', 'byte order = 2'), /'byte order = 2'/],
        [
            HEADER.replace('lines   = 3', 'major frame offsets = {16, 16}\nlines = 3'),
            /'major frame offsets = \{16, 16\}'/,
        ],
        [`${HEADER}\nminor frame offsets = {0, 8}`, /bytes between the frames are not supported/],
        [HEADER.slice(0, HEADER.indexOf('0.41')), /the braces of 'wavelength' are not closed/],
        [`${HEADER}\nlines = 4`, /'lines' is there twice, as '3' and as '4'/],
        [
            HEADER.replace(' 0.40, 0.41', ' 0.40'),
            /'wavelength' has 1 entries; expected one for each of the 2 bands/,
        ],
        [HEADER.replace('0.40', 'red'), /the wavelength 'red'; expected a number/],
        [`${HEADER}\nfile compression = 1`, /the data is compressed/],
        [HEADER.replace('lines   = 3', 'lines = 9007199254740991'), /expected a size below 2\^53 bytes/],
    ])('case %#', (text, message) => {
        expect(() => parseEnviHeader(text, { name: 'x.hdr' })).toThrow(message);
        expect(() => parseEnviHeader(text, { name: 'x.hdr' })).toThrow(/^x\.hdr/);
        expect(() => parseEnviHeader(text)).toThrow(FormatError);
    });
    test('the place of an entry is that of its name, in bytes', () => {
        const placeOf = (text) => {
            try {
                return parseEnviHeader(text) && undefined;
            }
            catch (error) {
                return error.offset;
            }
        };
        const odd = HEADER.replace('ENVI\n', 'ENVI\nabout = {\u00b5}\n').replace('byte order = 1', 'Byte  Order = 2');
        const at = new TextEncoder().encode(odd.slice(0, odd.indexOf('Byte  Order'))).length;
        expect(placeOf(odd)).toBe(at);
        expect(placeOf(`${HEADER}\nlines = 4`)).toBe(HEADER.length + 1);
        expect(placeOf(HEADER.replace('lines   = 3', ''))).toBeUndefined();
        expect(placeOf('no header')).toBe(0);
    });
    test('a short data file and maxBytes', () => {
        expect(() => readEnvi(HEADER, new Uint8Array(27))).toThrow(/ends after 27 bytes; expected 28 for 3 lines, 2 samples, 2 bands of uint16 after 4 bytes/);
        expect(readEnvi(HEADER, new Uint8Array(29)).cube.data).toHaveLength(12);
        expect(() => readEnvi(HEADER, new Uint8Array(28), { maxBytes: 23 })).toThrow(/takes 24 bytes; expected at most 23/);
    });
    test('every cut of a header', () => {
        for (let length = 0; length < HEADER.length; length++) {
            try {
                parseEnviHeader(HEADER.slice(0, length));
            }
            catch (error) {
                expect(error).toBeInstanceOf(FormatError);
            }
        }
    });
    test('writeEnvi', () => {
        expect(() => writeEnvi(cubeOf('int8', [1, 1, 1]))).toThrow(/ENVI has no type for int8; use one of/);
        expect(() => writeEnvi(cubeOf('uint8', [2, 2]))).toThrow(/must be \[lines, samples, bands\]/);
        expect(() => writeEnvi(cubeOf('uint8', [1, 1, 2]), { wavelengths: [1] })).toThrow(/wavelengths has 1 entries, wanted one for each of the 2 bands/);
        expect(() => writeEnvi(cubeOf('uint8', [1, 1, 1]), { bandNames: ['a,b'] })).toThrow(/must not hold commas/);
    });
});
