import { allocate, ITEM_BYTES } from './dtype.js';
import { bfloat16ToNumber, float16ToNumber, numberToFloat16 } from './float16.js';
const hostIsLittleEndian = new Uint8Array(new Uint16Array([1]).buffer)[0] === 1;
export function storedBytes(stored) {
    return stored === 'bfloat16' ? 2 : ITEM_BYTES[stored];
}
/** The element type that `stored` has in memory. */
export function loadedType(stored) {
    return stored === 'bfloat16' ? 'float32' : stored;
}
/**
 * Decodes `length` elements that start at `offset`. The caller has checked that they are there.
 * Always a copy: the result never aliases the file's bytes, whatever their alignment.
 */
export function decodeElements(bytes, offset, length, stored, littleEndian) {
    if (stored === 'float16' || stored === 'bfloat16') {
        const view = new DataView(bytes.buffer, bytes.byteOffset + offset, length * 2);
        const decode = stored === 'float16' ? float16ToNumber : bfloat16ToNumber;
        const result = new Float32Array(length);
        for (let i = 0; i < length; i++)
            result[i] = decode(view.getUint16(2 * i, littleEndian));
        return result;
    }
    const result = allocate(stored, length);
    const target = new Uint8Array(result.buffer);
    target.set(bytes.subarray(offset, offset + target.length));
    // Any byte but 0 is true, as in NumPy and C.
    if (stored === 'bool')
        for (let i = 0; i < target.length; i++)
            target[i] = target[i] === 0 ? 0 : 1;
    if (littleEndian !== hostIsLittleEndian)
        swapBytes(target, ITEM_BYTES[stored]);
    return result;
}
/** Encodes elements in little-endian order. */
export function encodeElements(data, dtype) {
    if (dtype === 'float16') {
        const result = new Uint8Array(data.length * 2);
        const view = new DataView(result.buffer);
        for (let i = 0; i < data.length; i++)
            view.setUint16(2 * i, numberToFloat16(Number(data[i])), true);
        return result;
    }
    const result = new Uint8Array(data.buffer, data.byteOffset, data.byteLength).slice();
    if (!hostIsLittleEndian)
        swapBytes(result, ITEM_BYTES[dtype]);
    return result;
}
function swapBytes(bytes, size) {
    if (size === 1)
        return;
    for (let i = 0; i < bytes.length; i += size)
        bytes.subarray(i, i + size).reverse();
}
