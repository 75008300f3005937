import { ITEM_BYTES } from '../dtype.js';
import { FormatError } from '../format-error.js';
import { enviList, offsetOfEntry, readEnviFields } from './envi-fields.js';
/** ENVI data type codes. 6 and 9 are complex. */
const DTYPES = {
    1: 'uint8',
    2: 'int16',
    3: 'int32',
    4: 'float32',
    5: 'float64',
    12: 'uint16',
    13: 'uint32',
    14: 'int64',
    15: 'uint64',
};
export const ENVI_CODES = new Map(Object.entries(DTYPES).map(([code, dtype]) => [dtype, code]));
/** Nanometres in one unit, by its name in lower case. */
const UNITS = {
    nanometers: 1,
    nanometer: 1,
    nanometres: 1,
    nanometre: 1,
    nm: 1,
    micrometers: 1000,
    micrometer: 1000,
    micrometres: 1000,
    micrometre: 1000,
    microns: 1000,
    um: 1000,
    '\u03bcm': 1000, // the Greek letter; the micro sign of other headers is turned into it
    micron: 1000,
    millimeters: 1e6,
    mm: 1e6,
    centimeters: 1e7,
    cm: 1e7,
    meters: 1e9,
    m: 1e9,
    angstroms: 0.1,
    angstrom: 0.1,
};
/** Numbers that are no decimal fractions, as programs write them. */
const SPECIAL_NUMBERS = new Map([
    ['nan', NaN],
    ['-nan', NaN],
    ['inf', Infinity],
    ['infinity', Infinity],
    ['-inf', -Infinity],
    ['-infinity', -Infinity],
]);
/** Headers are short; the longest lists have a few thousand bands. */
export const LONGEST_ENVI_HEADER = 2 ** 24;
/** Parses the text of an ENVI `.hdr` file. @throws FormatError naming the entry, with its place in UTF-8. */
export function parseEnviHeader(text, options = {}) {
    const name = options.name ?? 'hdr';
    const fail = (key, problem, expected, fix) => new FormatError({
        name,
        problem,
        expected,
        ...optional('offset', key === undefined ? 0 : offsetOfEntry(text, key)),
        ...optional('fix', fix),
    });
    if (text.length > LONGEST_ENVI_HEADER)
        throw fail(undefined, `a header of ${String(text.length)} characters`, `at most ${String(LONGEST_ENVI_HEADER)}`);
    if (!/^\uFEFF?ENVI\b/.test(text))
        throw fail(undefined, 'this is no ENVI header', 'ENVI as its first word');
    const fields = readEnviFields(text, name);
    const notes = [];
    const count = (key, least, fallback) => {
        const value = fields.get(key);
        if (value === undefined && fallback !== undefined)
            return fallback;
        const number = Number(value);
        if (value === undefined || !Number.isSafeInteger(number) || number < least) {
            throw fail(key, value === undefined ? `there is no '${key}'` : `'${key} = ${value}'`, `${key} = a whole number >= ${String(least)}`);
        }
        return number;
    };
    const real = (key) => {
        const value = fields.get(key);
        if (value === undefined || value === '')
            return undefined;
        const special = SPECIAL_NUMBERS.get(value.toLowerCase().replace(/^\+/, ''));
        if (special !== undefined)
            return special;
        if (Number.isNaN(Number(value)))
            throw fail(key, `'${key} = ${value}'`, 'a number');
        return Number(value);
    };
    const bands = count('bands', 1);
    const code = fields.get('data type') ?? '';
    const dtype = DTYPES[code];
    if (dtype === undefined) {
        const complex = code === '6' || code === '9';
        throw fail('data type', `'data type = ${code}'${complex ? ' (complex)' : ''}`, Object.entries(DTYPES)
            .map(([key, type]) => `${key} (${type})`)
            .join(', '), complex ? 'Save the real and the imaginary part as two images' : undefined);
    }
    const interleave = fields.get('interleave')?.toLowerCase();
    if (interleave !== 'bsq' && interleave !== 'bil' && interleave !== 'bip') {
        throw fail('interleave', interleave === undefined ? "there is no 'interleave'" : `'interleave = ${interleave}'`, 'bsq, bil or bip');
    }
    if (!fields.has('byte order') && ITEM_BYTES[dtype] > 1)
        notes.push("there is no 'byte order'; little-endian (0) is assumed");
    const order = count('byte order', 0, 0);
    if (order > 1)
        throw fail('byte order', `'byte order = ${String(order)}'`, '0 (little-endian) or 1 (big-endian)');
    if (fields.has('file compression') && fields.get('file compression') !== '0') {
        throw fail('file compression', 'the data is compressed', 'file compression = 0', 'Save the image without compression');
    }
    for (const key of ['major frame offsets', 'minor frame offsets']) {
        if (enviList(fields.get(key))?.some((item) => Number(item) !== 0)) {
            throw fail(key, `'${key} = {${fields.get(key) ?? ''}}': bytes between the frames are not supported`, `no ${key}, or zeros`, 'Save the image without them, for instance with gdal_translate -of ENVI');
        }
    }
    const wavelengths = enviList(fields.get('wavelength'))?.map((item) => {
        if (item === '' || Number.isNaN(Number(item)))
            throw fail('wavelength', `the wavelength '${item}'`, 'a number');
        return Number(item);
    });
    if (wavelengths !== undefined && wavelengths.length !== bands) {
        throw fail('wavelength', `'wavelength' has ${String(wavelengths.length)} entries`, `one for each of the ${String(bands)} bands`);
    }
    let bandNames = enviList(fields.get('band names'));
    if (bandNames !== undefined && bandNames.length !== bands) {
        notes.push(`'band names' has ${String(bandNames.length)} entries for ${String(bands)} bands (a name may hold a comma); it is left out`);
        bandNames = undefined;
    }
    const units = fields.get('wavelength units');
    const factor = wavelengths === undefined ? undefined : unitFactor(units, wavelengths, notes);
    const header = {
        lines: count('lines', 1),
        samples: count('samples', 1),
        bands,
        dtype,
        interleave,
        littleEndian: order === 0,
        headerOffset: count('header offset', 0, 0),
        fields,
        notes,
        ...optional('wavelengths', wavelengths),
        ...optional('wavelengthUnits', units),
        ...optional('wavelengthsNm', factor === undefined ? undefined : wavelengths?.map((value) => value * factor)),
        ...optional('bandNames', bandNames),
        ...optional('ignoreValue', real('data ignore value')),
        ...optional('reflectanceScaleFactor', real('reflectance scale factor')),
        ...optional('description', fields.get('description')),
    };
    if (!Number.isSafeInteger(enviFileBytes(header))) {
        throw fail('lines', `${String(header.lines)} lines, ${String(header.samples)} samples, ${String(bands)} bands`, 'a size below 2^53 bytes');
    }
    return header;
}
/** The text of a header file: UTF-8, or Latin-1 where it is none (older programs write their micro sign so). */
export function decodeEnviHeader(bytes) {
    try {
        return new TextDecoder('utf-8', { fatal: true }).decode(bytes);
    }
    catch {
        return new TextDecoder('windows-1252').decode(bytes);
    }
}
/** Nanometres in one unit of the wavelengths; without a unit by their size, which a note says. */
function unitFactor(units, wavelengths, notes) {
    const unit = (units ?? 'unknown').toLowerCase().replace('\u00b5', '\u03bc');
    if (unit !== 'unknown' && unit !== '') {
        const factor = UNITS[unit];
        if (factor === undefined)
            notes.push(`'wavelength units = ${units ?? ''}' is no unit of length, so the wavelengths are left out`);
        return factor;
    }
    const within = (low, high) => wavelengths.every((value) => value >= low && value <= high);
    // Numbers of bands, 1, 2, 3, ..., are no wavelengths in micrometres.
    const counted = wavelengths.every(Number.isInteger);
    const [assumed, factor] = within(200, 20000)
        ? ['nanometres are assumed, from their size', 1]
        : within(0.2, 20) && !counted
            ? ['micrometres are assumed, from their size', 1000]
            : ['they are left out', undefined];
    notes.push(`the wavelengths have no unit ('wavelength units'); ${assumed}`);
    return factor;
}
/** Bytes that the data file must have. */
export function enviFileBytes(header) {
    return header.headerOffset + header.lines * header.samples * header.bands * ITEM_BYTES[header.dtype];
}
function optional(key, value) {
    return value === undefined ? {} : { [key]: value };
}
