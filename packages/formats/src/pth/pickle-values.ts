import type { StoredType } from '../elements.js';
import type { NdArray } from '../ndarray.js';

/** A key of a pickled dictionary. */
export type PthKey = string | number | bigint | boolean | null;

/** What a `.pth` file can hold: dictionaries are Maps, lists and tuples arrays, tensors NdArrays. */
export type PthValue =
  | null
  | boolean
  | number
  | bigint
  | string
  | Uint8Array
  | NdArray
  | PthUnread
  | readonly PthValue[]
  | ReadonlyMap<PthKey, PthValue>;

/**
 * Stands where a pickle holds an object of a kind that is not read: a device, a date, a NumPy scalar, somebody's class.
 * Its global is only a word here: nothing was looked up or called.
 */
export class PthUnread {
  constructor(
    /** The global that would make it, such as `argparse.Namespace`. */
    readonly name: string,
    /** Byte of the pickle that names it. */
    readonly offset: number,
  ) {}
}

/** Globals that a pickle may name. Nothing is looked up anywhere: a global is only this word. */
export type AllowedGlobal =
  | { readonly kind: 'OrderedDict' }
  | { readonly kind: 'Size' }
  | { readonly kind: 'rebuildTensor' }
  | { readonly kind: 'rebuildParameter' }
  | { readonly kind: 'storage'; readonly stored: StoredType };

export const ALLOWED_GLOBALS: ReadonlyMap<string, AllowedGlobal> = new Map<string, AllowedGlobal>([
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
  constructor(
    readonly key: string,
    readonly stored: StoredType,
    readonly length: number,
  ) {}
}

/** A global on the unpickler's stack. */
export class GlobalRef {
  constructor(
    readonly name: string,
    readonly global: AllowedGlobal,
  ) {}
}

/** What can be on the unpickler's stack. */
export type StackValue = PthValue | StorageRef | GlobalRef;

export function isTensor(value: unknown): value is NdArray {
  return (
    typeof value === 'object' && value !== null && 'dtype' in value && 'shape' in value && 'data' in value
  );
}

/** Whether a value is data all through: a global or a storage anywhere in it is none. */
export function isData(root: StackValue): root is PthValue {
  const seen = new Set<unknown>();
  const open: unknown[] = [root];
  while (open.length > 0) {
    const value = open.pop();
    if (value instanceof GlobalRef || value instanceof StorageRef) return false;
    if (seen.has(value)) continue;
    if (Array.isArray(value) || value instanceof Map) {
      seen.add(value);
      for (const item of value.values()) open.push(item);
    }
  }
  return true;
}
