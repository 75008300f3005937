import { encodeElements } from '../elements.js';
import { checkNdArray } from '../ndarray.js';
import { ITEM_BYTES } from '../dtype.js';
import { NPY_CODES, NPY_MAGIC } from './npy-header.js';
/** Writes a `.npy` file (little-endian, C order), which `numpy.load` reads. */
export function writeNpy(array) {
    checkNdArray('writeNpy', array);
    const header = formatNpyHeader(array.dtype, array.shape);
    const data = encodeElements(array.data, array.dtype);
    const result = new Uint8Array(header.length + data.length);
    result.set(header);
    result.set(data, header.length);
    return result;
}
/** The bytes in front of the elements of a `.npy` file. */
export function formatNpyHeader(dtype, shape) {
    const order = ITEM_BYTES[dtype] === 1 ? '|' : '<';
    const extents = shape.join(', ') + (shape.length === 1 ? ',' : '');
    const dict = `{'descr': '${order}${NPY_CODES.get(dtype) ?? ''}', 'fortran_order': False, 'shape': (${extents}), }`;
    // Version 2 has a 4-byte header length; only a shape of thousands of axes needs it.
    const version = dict.length + 75 > 0xffff ? 2 : 1;
    const prefix = version === 1 ? 10 : 12;
    // The data starts at a multiple of 64, the header ends with a newline.
    const total = Math.ceil((prefix + dict.length + 1) / 64) * 64;
    const header = new Uint8Array(total).fill(0x20);
    header.set(NPY_MAGIC);
    header[6] = version;
    header[7] = 0;
    const view = new DataView(header.buffer);
    if (version === 1)
        view.setUint16(8, total - prefix, true);
    else
        view.setUint32(8, total - prefix, true);
    header.set(new TextEncoder().encode(dict), prefix);
    header[total - 1] = 0x0a;
    return header;
}
