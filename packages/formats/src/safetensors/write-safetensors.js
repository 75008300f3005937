import { encodeElements } from '../elements.js';
import { ITEM_BYTES } from '../dtype.js';
import { checkNdArray } from '../ndarray.js';
import { SAFETENSORS_NAMES } from './safetensors-dtype.js';
/**
 * Writes a safetensors file. Tensors are laid out by falling element size, then by name (as the
 * reference implementation does), so that each is aligned; the same tensors give the same bytes.
 */
export function writeSafetensors(tensors, metadata = {}) {
    const entries = [...tensors].sort(([a, x], [b, y]) => ITEM_BYTES[y.dtype] - ITEM_BYTES[x.dtype] || (a < b ? -1 : a > b ? 1 : 0));
    const header = new Map();
    if (Object.keys(metadata).length > 0)
        header.set('__metadata__', metadata);
    const parts = [];
    let offset = 0;
    for (const [name, array] of entries) {
        if (name === '__metadata__')
            throw new RangeError("writeSafetensors: a tensor must not be named '__metadata__'");
        checkNdArray(`writeSafetensors('${name}')`, array);
        const data = encodeElements(array.data, array.dtype);
        header.set(name, {
            dtype: SAFETENSORS_NAMES.get(array.dtype),
            shape: array.shape,
            data_offsets: [offset, offset + data.length],
        });
        offset += data.length;
        parts.push(data);
    }
    // Built by hand: an object would reorder names that look like numbers.
    const json = `{${[...header].map(([key, value]) => `${JSON.stringify(key)}:${JSON.stringify(value)}`).join(',')}}`;
    const text = new TextEncoder().encode(json);
    const padded = Math.ceil(text.length / 8) * 8; // spaces after the JSON align the data
    const result = new Uint8Array(8 + padded + offset).fill(0x20, 8, 8 + padded);
    new DataView(result.buffer).setBigUint64(0, BigInt(padded), true);
    result.set(text, 8);
    let at = 8 + padded;
    for (const part of parts) {
        result.set(part, at);
        at += part.length;
    }
    return result;
}
