/** Bytes that one element takes in a file. */
export const ITEM_BYTES = {
    float16: 2,
    float32: 4,
    float64: 8,
    int8: 1,
    uint8: 1,
    int16: 2,
    uint16: 2,
    int32: 4,
    uint32: 4,
    int64: 8,
    uint64: 8,
    bool: 1,
};
/** Bytes that one element takes in memory: float16 is held as float32. */
export function memoryBytes(dtype) {
    return dtype === 'float16' ? 4 : ITEM_BYTES[dtype];
}
/** A zero-filled array that holds `length` elements of `dtype`. */
export function allocate(dtype, length) {
    switch (dtype) {
        case 'float16':
        case 'float32':
            return new Float32Array(length);
        case 'float64':
            return new Float64Array(length);
        case 'int8':
            return new Int8Array(length);
        case 'uint8':
        case 'bool':
            return new Uint8Array(length);
        case 'int16':
            return new Int16Array(length);
        case 'uint16':
            return new Uint16Array(length);
        case 'int32':
            return new Int32Array(length);
        case 'uint32':
            return new Uint32Array(length);
        case 'int64':
            return new BigInt64Array(length);
        case 'uint64':
            return new BigUint64Array(length);
    }
}
