/** dtype names of the safetensors format that we load. Sub-byte, 8-bit float and complex types are not. */
export const SAFETENSORS_TYPES = new Map([
    ['BOOL', 'bool'],
    ['U8', 'uint8'],
    ['I8', 'int8'],
    ['U16', 'uint16'],
    ['I16', 'int16'],
    ['F16', 'float16'],
    ['BF16', 'bfloat16'],
    ['U32', 'uint32'],
    ['I32', 'int32'],
    ['F32', 'float32'],
    ['U64', 'uint64'],
    ['I64', 'int64'],
    ['F64', 'float64'],
]);
export const SAFETENSORS_NAMES = new Map([...SAFETENSORS_TYPES].flatMap(([name, stored]) => stored === 'bfloat16' ? [] : [[stored, name]]));
/** The reference implementation's limit on the JSON header. */
export const LONGEST_SAFETENSORS_HEADER = 100_000_000;
