/**
 * Stands where a pickle holds an object of a kind that is not read: a device, a date, a NumPy scalar, somebody's class.
 * Its global is only a word here: nothing was looked up or called.
 */
export class PthUnread {
    name;
    offset;
    constructor(
    /** The global that would make it, such as `argparse.Namespace`. */
    name, 
    /** Byte of the pickle that names it. */
    offset) {
        this.name = name;
        this.offset = offset;
    }
}
export const ALLOWED_GLOBALS = new Map([
    ['collections.OrderedDict', { kind: 'OrderedDict' }],
    ['torch.Size', { kind: 'Size' }],
    ['torch._utils._rebuild_tensor_v2', { kind: 'rebuildTensor' }],
    ['torch._utils._rebuild_parameter', { kind: 'rebuildParameter' }],
    ['torch.DoubleStorage', { kind: 'storage', stored: 'float64' }],
    ['torch.FloatStorage', { kind: 'storage', stored: 'float32' }],
    ['torch.HalfStorage', { kind: 'storage', stored: 'float16' }],
    ['torch.BFloat16Storage', { kind: 'storage', stored: 'bfloat16' }],
    ['torch.LongStorage', { kind: 'storage', stored: 'int64' }],
    ['torch.IntStorage', { kind: 'storage', stored: 'int32' }],
    ['torch.ShortStorage', { kind: 'storage', stored: 'int16' }],
    ['torch.CharStorage', { kind: 'storage', stored: 'int8' }],
    ['torch.ByteStorage', { kind: 'storage', stored: 'uint8' }],
    ['torch.BoolStorage', { kind: 'storage', stored: 'bool' }],
]);
/** A storage that a tensor refers to: a zip member with `length` elements. */
export class StorageRef {
    key;
    stored;
    length;
    constructor(key, stored, length) {
        this.key = key;
        this.stored = stored;
        this.length = length;
    }
}
/** A global on the unpickler's stack. */
export class GlobalRef {
    name;
    global;
    constructor(name, global) {
        this.name = name;
        this.global = global;
    }
}
export function isTensor(value) {
    return (typeof value === 'object' && value !== null && 'dtype' in value && 'shape' in value && 'data' in value);
}
/** Whether a value is data all through: a global or a storage anywhere in it is none. */
export function isData(root) {
    const seen = new Set();
    const open = [root];
    while (open.length > 0) {
        const value = open.pop();
        if (value instanceof GlobalRef || value instanceof StorageRef)
            return false;
        if (seen.has(value))
            continue;
        if (Array.isArray(value) || value instanceof Map) {
            seen.add(value);
            for (const item of value.values())
                open.push(item);
        }
    }
    return true;
}
