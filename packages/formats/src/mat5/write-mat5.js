import { zlibSync } from 'fflate';
import { concat } from '../concat.js';
import { toFloat32, toFortranOrder, checkNdArray, sizeOf } from '../ndarray.js';
import { encodeElements } from '../elements.js';
import { ITEM_BYTES } from '../dtype.js';
import { FLAG_LOGICAL, MI, MI_TYPES, MX_TYPES } from './mat5-types.js';
/** MATLAB's limit on one variable of a level 5 file. */
const LARGEST_VARIABLE = 2 ** 31 - 1;
const CLASS_OF = new Map(Object.entries(MX_TYPES).map(([code, dtype]) => [dtype, Number(code)]));
const ELEMENT_OF = new Map(Object.entries(MI_TYPES).map(([code, dtype]) => [dtype, Number(code)]));
/**
 * Writes a MATLAB level 5 file (little-endian) that MATLAB, Octave and `scipy.io.loadmat` open. A shape
 * [H, W, C] is H x W x C there; a scalar becomes 1 x 1 and a vector 1 x N. bool becomes logical,
 * float16 becomes single (exact). The same arrays give the same bytes.
 */
export function writeMat5(arrays, options = {}) {
    const parts = [mat5FileHeader()];
    for (const [name, array] of arrays) {
        checkNdArray(`writeMat5('${name}')`, array);
        const element = matrixElement(name, array);
        parts.push(options.compress === false ? element : tagged(MI.COMPRESSED, [zlibSync(element, { level: 6 })], false));
    }
    return concat(parts);
}
/** The 128 bytes in front of the variables. */
export function mat5FileHeader() {
    const header = new Uint8Array(128).fill(0x20, 0, 116);
    header.set(new TextEncoder().encode('MATLAB 5.0 MAT-file, written by @prismamba/formats'));
    const view = new DataView(header.buffer);
    view.setUint16(124, 0x0100, true);
    header.set([0x49, 0x4d], 126); // 'IM': the two bytes of 'MI' in little-endian order
    return header;
}
function matrixElement(name, array) {
    const { dtype, head, padding } = matrixHead('writeMat5', name, array);
    const data = array.dtype === 'float16' ? toFloat32(array) : array.data;
    const values = encodeElements(toFortranOrder({ ...array, data, dtype }), dtype);
    return concat([head, values, new Uint8Array(padding)]);
}
/**
 * The head of an uncompressed variable, whose values follow in column-major order.
 *
 * @throws RangeError for what is no MATLAB name, and for more than a level 5 file can hold
 */
export function matrixHead(caller, name, array) {
    if (!/^[A-Za-z][A-Za-z0-9_]{0,62}$/.test(name)) {
        throw new RangeError(`${caller}: '${name}' is no MATLAB name (a letter, then letters, digits and _, at most 63)`);
    }
    const logical = array.dtype === 'bool';
    const dtype = logical ? 'uint8' : array.dtype === 'float16' ? 'float32' : array.dtype;
    const shape = array.shape.length === 0 ? [1, 1] : array.shape.length === 1 ? [1, ...array.shape] : array.shape;
    const bytes = sizeOf(shape) * ITEM_BYTES[dtype];
    if (bytes > LARGEST_VARIABLE - 4096) {
        throw new RangeError(`${caller}: '${name}' has ${String(bytes)} bytes; a level 5 file holds at most 2 GiB a variable. Write it as npy or ENVI`);
    }
    const flags = Uint32Array.of((CLASS_OF.get(dtype) ?? 0) | (logical ? FLAG_LOGICAL << 8 : 0), 0);
    const parts = concat([
        tagged(MI.UINT32, [encodeElements(flags, 'uint32')]),
        tagged(MI.INT32, [encodeElements(Int32Array.from(shape), 'int32')]),
        tagged(MI.INT8, [new TextEncoder().encode(name)]),
        tag(ELEMENT_OF.get(dtype) ?? 0, bytes),
    ]);
    const padding = (8 - (bytes % 8)) % 8;
    return { dtype, head: concat([tag(MI.MATRIX, parts.length + bytes + padding), parts]), padding };
}
const tag = (type, size) => encodeElements(Uint32Array.of(type, size), 'uint32');
/** Tag, body, and zeros up to a multiple of 8 (which compressed elements do not have). */
function tagged(type, body, pad = true) {
    const size = body.reduce((sum, part) => sum + part.length, 0);
    return concat([tag(type, size), ...body, new Uint8Array(pad ? (8 - (size % 8)) % 8 : 0)]);
}
