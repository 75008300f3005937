import { encodeElements } from '../elements.js';
import { checkNdArray, type NdArray } from '../ndarray.js';
import { ITEM_BYTES } from '../dtype.js';
import { NPY_CODES, NPY_MAGIC } from './npy-header.js';

/** Writes a `.npy` file (little-endian, C order), which `numpy.load` reads. */
export function writeNpy(array: NdArray): Uint8Array {
  checkNdArray('writeNpy', array);
  const order = ITEM_BYTES[array.dtype] === 1 ? '|' : '<';
  const extents = array.shape.join(', ') + (array.shape.length === 1 ? ',' : '');
  const dict = `{'descr': '${order}${NPY_CODES.get(array.dtype) ?? ''}', 'fortran_order': False, 'shape': (${extents}), }`;
  // Version 2 has a 4-byte header length; only a shape of thousands of axes needs it.
  const version = dict.length + 75 > 0xffff ? 2 : 1;
  const prefix = version === 1 ? 10 : 12;
  // The data starts at a multiple of 64, the header ends with a newline.
  const total = Math.ceil((prefix + dict.length + 1) / 64) * 64;
  const data = encodeElements(array.data, array.dtype);
  const result = new Uint8Array(total + data.length).fill(0x20, 0, total);
  result.set(NPY_MAGIC);
  result[6] = version;
  result[7] = 0;
  const view = new DataView(result.buffer);
  if (version === 1) view.setUint16(8, total - prefix, true);
  else view.setUint32(8, total - prefix, true);
  result.set(new TextEncoder().encode(dict), prefix);
  result[total - 1] = 0x0a;
  result.set(data, total);
  return result;
}
