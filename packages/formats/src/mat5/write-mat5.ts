import { zlibSync } from 'fflate';
import { concat } from '../concat.js';
import { toFloat32, toFortranOrder, checkNdArray, type NdArray } from '../ndarray.js';
import { encodeElements } from '../elements.js';
import type { DType } from '../dtype.js';
import { FLAG_LOGICAL, MI, MI_TYPES, MX_TYPES } from './mat5-types.js';

export interface WriteMat5Options {
  /** Compress each variable, as `save -v7` does. Default true. */
  readonly compress?: boolean;
}

/** MATLAB's limit on one variable of a level 5 file. */
const LARGEST_VARIABLE = 2 ** 31 - 1;

const CLASS_OF = new Map(Object.entries(MX_TYPES).map(([code, dtype]) => [dtype, Number(code)]));
const ELEMENT_OF = new Map(Object.entries(MI_TYPES).map(([code, dtype]) => [dtype, Number(code)]));

/**
 * Writes a MATLAB level 5 file (little-endian) that MATLAB, Octave and `scipy.io.loadmat` open. A shape
 * [H, W, C] is H x W x C there; a scalar becomes 1 x 1 and a vector 1 x N. bool becomes logical,
 * float16 becomes single (exact). The same arrays give the same bytes.
 */
export function writeMat5(arrays: ReadonlyMap<string, NdArray>, options: WriteMat5Options = {}): Uint8Array {
  const parts: Uint8Array[] = [fileHeader()];
  for (const [name, array] of arrays) {
    if (!/^[A-Za-z][A-Za-z0-9_]{0,62}$/.test(name)) {
      throw new RangeError(
        `writeMat5: '${name}' is no MATLAB name (a letter, then letters, digits and _, at most 63)`,
      );
    }
    checkNdArray(`writeMat5('${name}')`, array);
    const element = matrixElement(name, array);
    parts.push(
      options.compress === false ? element : tagged(MI.COMPRESSED, [zlibSync(element, { level: 6 })], false),
    );
  }
  return concat(parts);
}

function fileHeader(): Uint8Array {
  const header = new Uint8Array(128).fill(0x20, 0, 116);
  header.set(new TextEncoder().encode('MATLAB 5.0 MAT-file, written by @prismamba/formats'));
  const view = new DataView(header.buffer);
  view.setUint16(124, 0x0100, true);
  header.set([0x49, 0x4d], 126); // 'IM': the two bytes of 'MI' in little-endian order
  return header;
}

function matrixElement(name: string, array: NdArray): Uint8Array {
  const logical = array.dtype === 'bool';
  const dtype: DType = logical ? 'uint8' : array.dtype === 'float16' ? 'float32' : array.dtype;
  const data = array.dtype === 'float16' ? { ...array, dtype, data: toFloat32(array) } : array;
  const shape =
    array.shape.length === 0 ? [1, 1] : array.shape.length === 1 ? [1, ...array.shape] : array.shape;
  const values = encodeElements(toFortranOrder({ ...data, dtype }), dtype);
  if (values.length > LARGEST_VARIABLE - 4096) {
    throw new RangeError(
      `writeMat5: '${name}' has ${String(values.length)} bytes; a level 5 file holds at most 2 GiB a variable. Write it as npy or ENVI`,
    );
  }
  const flags = Uint32Array.of((CLASS_OF.get(dtype) ?? 0) | (logical ? FLAG_LOGICAL << 8 : 0), 0);
  return tagged(MI.MATRIX, [
    tagged(MI.UINT32, [encodeElements(flags, 'uint32')]),
    tagged(MI.INT32, [encodeElements(Int32Array.from(shape), 'int32')]),
    tagged(MI.INT8, [new TextEncoder().encode(name)]),
    tagged(ELEMENT_OF.get(dtype) ?? 0, [values]),
  ]);
}

/** Tag, body, and zeros up to a multiple of 8 (which compressed elements do not have). */
function tagged(type: number, body: readonly Uint8Array[], pad = true): Uint8Array {
  const size = body.reduce((sum, part) => sum + part.length, 0);
  const tag = encodeElements(Uint32Array.of(type, size), 'uint32');
  return concat([tag, ...body, new Uint8Array(pad ? (8 - (size % 8)) % 8 : 0)]);
}
