import type * as tf from '@tensorflow/tfjs-core';

export type Kinds = Readonly<Record<string, 'required' | 'optional' | 'list'>>;
export type Values<T> = Readonly<Record<string, T | readonly T[] | undefined>>;

/** The name under which a gradient kernel gets the gradient of an output. */
export const upstreamName = (output: string): string => `d(${output})`;

/** The name under which a gradient kernel gets an output that was saved for it. */
export const savedOutputName = (output: string): string => `saved(${output})`;

const isList = <T>(value: T | readonly T[] | undefined): value is readonly T[] => Array.isArray(value);
const entryName = (name: string, index: number): string => `${name}[${index}]`;

/** Calls `visit` for every tensor that is there, in the declared order; those of a list are `name[0]`, `name[1]`, ... */
function eachEntry<T>(kinds: Kinds, values: Values<T>, visit: (name: string, value: T) => void): void {
  for (const name in kinds) {
    const value = values[name];
    if (isList(value)) value.forEach((item, i) => visit(entryName(name, i), item));
    else if (value !== undefined) visit(name, value);
  }
}

/** The names and tensors that are there. */
export function entriesOf<T>(kinds: Kinds, values: Values<T>): [name: string, value: T][] {
  const entries: [string, T][] = [];
  eachEntry(kinds, values, (name, value) => entries.push([name, value]));
  return entries;
}

// Packing stands between every call of an operator and its kernel: plain loops, no lists in between.

/**
 * Inputs as TensorFlow.js's engine takes them. It saves them by a fixed list of names, in which none may be absent, or all
 * there are, for which they have to be an array: this is an array that has names instead of indices.
 */
export function pack<T>(kinds: Kinds, values: Values<T>): T[] & Record<string, T> {
  const packed = Object.assign([] as T[], {} as Record<string, T>);
  eachEntry(kinds, values, (name, value) => {
    (packed as Record<string, T>)[name] = value;
  });
  return packed;
}

/** The inverse of {@link pack}. */
export function unpack<T>(kinds: Kinds, packed: Readonly<Record<string, T>>): Values<T> {
  // An array has methods: 'shift' is an input only where it is the object's own.
  const own = (name: string): T | undefined => (Object.hasOwn(packed, name) ? packed[name] : undefined);
  const values: Record<string, T | readonly T[] | undefined> = {};
  for (const name in kinds) {
    if (kinds[name] !== 'list') {
      values[name] = own(name);
      continue;
    }
    const list: T[] = [];
    for (let item; (item = own(entryName(name, list.length))) !== undefined;) list.push(item);
    values[name] = list;
  }
  return values;
}

/** Values under their names, as many as there are. */
export function named<T>(names: readonly string[], values: readonly T[]): Record<string, T> {
  const result: Record<string, T> = {};
  for (let i = 0; i < names.length && i < values.length; i++) result[names[i]!] = values[i]!;
  return result;
}

/** Of which of the given inputs a gradient kernel returns gradients, in this order. */
export function gradientNames(
  { gradients }: { readonly gradients?: readonly string[] | undefined },
  given: readonly string[],
): readonly string[] {
  return gradients === undefined ? given : gradients;
}

/** The gradients of these names, in their order. @throws where one is missing. */
export function listGradients(
  kernel: string,
  names: readonly string[],
  kinds: Kinds,
  gradients: Values<tf.TensorInfo>,
): tf.TensorInfo[] {
  const found = new Map(entriesOf(kinds, gradients));
  return names.map((name) => {
    const gradient = found.get(name);
    if (gradient === undefined) throw new Error(`${kernel}: the kernel returned no gradient of '${name}'`);
    return gradient;
  });
}
