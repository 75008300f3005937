/** Data types of elements (MATLAB "MAT-File Level 5 File Format", table 1-1). */
export const MI = {
    INT8: 1,
    UINT8: 2,
    INT16: 3,
    UINT16: 4,
    INT32: 5,
    UINT32: 6,
    SINGLE: 7,
    DOUBLE: 9,
    INT64: 12,
    UINT64: 13,
    MATRIX: 14,
    COMPRESSED: 15,
    UTF8: 16,
    UTF16: 17,
    UTF32: 18,
};
/** What numeric elements hold. */
export const MI_TYPES = {
    [MI.INT8]: 'int8',
    [MI.UINT8]: 'uint8',
    [MI.INT16]: 'int16',
    [MI.UINT16]: 'uint16',
    [MI.INT32]: 'int32',
    [MI.UINT32]: 'uint32',
    [MI.SINGLE]: 'float32',
    [MI.DOUBLE]: 'float64',
    [MI.INT64]: 'int64',
    [MI.UINT64]: 'uint64',
};
/** Array classes that hold numbers (table 1-3). */
export const MX_TYPES = {
    6: 'float64',
    7: 'float32',
    8: 'int8',
    9: 'uint8',
    10: 'int16',
    11: 'uint16',
    12: 'int32',
    13: 'uint32',
    14: 'int64',
    15: 'uint64',
};
export const MX_CHAR = 4;
export const MX_OPAQUE = 17;
/** Names of the classes that are not read. */
export const MX_OTHER = {
    1: 'a cell array',
    2: 'a structure',
    3: 'an object',
    5: 'a sparse matrix',
    16: 'a function handle',
    17: 'an object',
};
/** Flags of an array. */
export const FLAG_COMPLEX = 0x08;
export const FLAG_LOGICAL = 0x02;
