import { ByteReader } from '../byte-reader.js';
import { FormatError } from '../format-error.js';
export const NPY_MAGIC = [0x93, 0x4e, 0x55, 0x4d, 0x50, 0x59]; // \x93NUMPY
/** NumPy refuses longer headers too (`max_header_size`). */
const LONGEST_HEADER = 65536;
const DTYPES = new Map([
    ['f2', 'float16'],
    ['f4', 'float32'],
    ['f8', 'float64'],
    ['i1', 'int8'],
    ['u1', 'uint8'],
    ['i2', 'int16'],
    ['u2', 'uint16'],
    ['i4', 'int32'],
    ['u4', 'uint32'],
    ['i8', 'int64'],
    ['u8', 'uint64'],
    ['b1', 'bool'],
]);
/** Other spellings that NumPy understands: names of types, and ? for bool. */
const NAMES = new Map([
    ['?', 'bool'],
    ...[...DTYPES.values()].map((dtype) => [dtype, dtype]),
]);
export const NPY_CODES = new Map([...DTYPES].map(([code, dtype]) => [dtype, code]));
/** Reads the header of an npy file, versions 1.0, 2.0 and 3.0 (NumPy Enhancement Proposal 1). */
export function readNpyHeader(bytes, name) {
    const reader = new ByteReader(bytes, name);
    const magic = reader.take(6, 'the npy signature');
    if (NPY_MAGIC.some((byte, i) => magic[i] !== byte)) {
        throw reader.error('this is no npy file', 'the signature \\x93NUMPY', undefined, 0);
    }
    const major = reader.uint8('the npy version');
    reader.uint8('the npy version');
    if (major < 1 || major > 3)
        throw reader.error(`npy version ${String(major)}`, 'version 1, 2 or 3', undefined, 6);
    const length = major === 1 ? reader.uint16('the header length') : reader.uint32('the header length');
    if (length > LONGEST_HEADER)
        throw reader.error(`a header of ${String(length)} bytes`, `at most ${String(LONGEST_HEADER)}`, undefined, 8);
    const at = reader.offset;
    const text = new TextDecoder().decode(reader.take(length, 'the npy header'));
    const fail = (problem, expected, fix) => {
        throw reader.error(problem, expected, fix, at);
    };
    const order = /['"]fortran_order['"]\s*:\s*(True|False)/.exec(text)?.[1];
    if (order === undefined)
        return fail('the header has no fortran_order', "'fortran_order': True or False");
    const shapeText = /['"]shape['"]\s*:\s*\(([\d\sL,]*)\)/.exec(text)?.[1];
    if (shapeText === undefined)
        return fail('the header has no shape', "'shape': (whole numbers)");
    const shape = shapeText
        .split(',')
        .map((part) => part.trim().replace(/L$/, ''))
        .filter((part) => part !== '')
        .map(Number);
    if (!shape.every((extent) => Number.isSafeInteger(extent))) {
        return fail(`the shape (${shapeText.trim()}) is not valid`, 'whole numbers below 2^53');
    }
    const descr = /['"]descr['"]\s*:\s*u?(['"])(.*?)\1/.exec(text)?.[2];
    if (descr === undefined) {
        throw new FormatError({
            name,
            offset: at,
            problem: 'a structured or missing dtype (descr)',
            expected: "a plain number type such as '<f4'",
            fix: 'Save each field as an array of its own',
            unsupported: true,
        });
    }
    const match = /^([<>|=]?)(.+)$/.exec(descr);
    const code = match?.[2] ?? '';
    const dtype = DTYPES.get(code) ?? NAMES.get(code);
    if (dtype === undefined) {
        const fix = code.startsWith('O')
            ? 'Object arrays are pickles and are never loaded: save numbers, or use numpy.savez with one array each'
            : code.startsWith('c')
                ? 'Save the real and the imaginary part as two arrays'
                : undefined;
        throw new FormatError({
            name,
            offset: at,
            problem: `dtype '${descr}' is not supported`,
            expected: [...DTYPES.keys()].join(', '),
            unsupported: true,
            ...(fix === undefined ? {} : { fix }),
        });
    }
    return {
        dtype,
        littleEndian: match?.[1] !== '>',
        fortranOrder: order === 'True',
        shape,
        dataOffset: reader.offset,
    };
}
