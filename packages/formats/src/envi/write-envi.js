import { encodeElements } from '../elements.js';
import { checkNdArray } from '../ndarray.js';
import { ENVI_CODES } from './envi-header.js';
import { fromCube } from './envi-layout.js';
/**
 * Writes a cube [lines, samples, bands] as an ENVI image: the text of its `.hdr` file and the bytes of
 * its data file (`.img`), little-endian. float16 becomes float32 and bool a byte; int8 has no ENVI type.
 */
export function writeEnvi(cube, options = {}) {
    checkNdArray('writeEnvi', cube);
    const { shape } = cube;
    if (shape.length !== 3)
        throw new RangeError(`writeEnvi: shape [${shape.join(', ')}] must be [lines, samples, bands]`);
    const dtype = enviType('writeEnvi', cube.dtype);
    const header = formatEnviHeader('writeEnvi', [shape[0] ?? 0, shape[1] ?? 0, shape[2] ?? 0], dtype, options);
    // float16 is held as float32 in memory, bool as bytes: the same data under the wider type.
    const stored = fromCube({ ...cube, dtype }, options.interleave ?? 'bsq');
    return { header, data: encodeElements(stored.data, dtype) };
}
/** The type under which ENVI stores `dtype`. */
export function enviType(caller, dtype) {
    const stored = dtype === 'float16' ? 'float32' : dtype === 'bool' ? 'uint8' : dtype;
    if (!ENVI_CODES.has(stored)) {
        throw new RangeError(`${caller}: ENVI has no type for ${dtype}; use one of ${[...ENVI_CODES.keys()].join(', ')}`);
    }
    return stored;
}
/** The text of a `.hdr` file. */
export function formatEnviHeader(caller, [lines, samples, bands], dtype, options) {
    for (const [name, extent] of [
        ['lines', lines],
        ['samples', samples],
        ['bands', bands],
    ]) {
        if (!Number.isSafeInteger(extent) || extent < 1)
            throw new RangeError(`${caller}: ${name} is ${String(extent)}, wanted at least 1`);
    }
    const { wavelengths, bandNames, description } = options;
    for (const [name, values] of [
        ['wavelengths', wavelengths],
        ['bandNames', bandNames],
    ]) {
        if (values !== undefined && values.length !== bands) {
            throw new RangeError(`${caller}: ${name} has ${String(values.length)} entries, wanted one for each of the ${String(bands)} bands`);
        }
    }
    if (wavelengths?.some((value) => !Number.isFinite(value)))
        throw new RangeError(`${caller}: wavelengths must be finite numbers`);
    if (bandNames?.some((value) => /[,{}\r\n]/.test(value)))
        throw new RangeError(`${caller}: band names must not hold commas, braces or line ends`);
    if (description !== undefined && /[{}]/.test(description))
        throw new RangeError(`${caller}: the description must not hold braces`);
    return [
        'ENVI',
        ...(description === undefined ? [] : [`description = {${description}}`]),
        `samples = ${String(samples)}`,
        `lines = ${String(lines)}`,
        `bands = ${String(bands)}`,
        'header offset = 0',
        'file type = ENVI Standard',
        `data type = ${ENVI_CODES.get(dtype) ?? ''}`,
        `interleave = ${options.interleave ?? 'bsq'}`,
        'byte order = 0',
        ...(wavelengths === undefined
            ? []
            : ['wavelength units = Nanometers', `wavelength = {${wavelengths.join(', ')}}`]),
        ...(bandNames === undefined ? [] : [`band names = {${bandNames.join(', ')}}`]),
        '',
    ].join('\n');
}
