import type { YamlSource } from './yaml-source.js';

type Path = readonly PropertyKey[];

/** Where a key and its value stand. */
interface Place {
  readonly key: string;
  readonly value: string;
}

/** Values that came from several files, each with its place. */
export interface ConfigTree {
  readonly value: unknown;
  readonly places: ReadonlyMap<string, Place>;
}

export const isObject = (value: unknown): value is Record<string, unknown> =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

const keyOf = (path: Path) => JSON.stringify(path);

/** A file as a tree whose root stands at `at`. */
export function treeOf(source: YamlSource, at: Path = []): ConfigTree {
  const places = new Map<string, Place>();
  const visit = (value: unknown, path: Path) => {
    const place = { key: source.place(path, 'key'), value: source.place(path, 'value') };
    places.set(keyOf([...at, ...path]), place);
    if (Array.isArray(value)) value.forEach((item, i) => visit(item, [...path, i]));
    else if (isObject(value)) for (const [key, item] of Object.entries(value)) visit(item, [...path, key]);
  };
  visit(source.value, []);
  return { value: source.value, places };
}

/** Everything below `path` that one tree says, for messages: the nearest thing around it that is written down. */
export function placeIn({ places }: ConfigTree, path: Path, which: keyof Place = 'value'): string {
  for (let length = path.length; length >= 0; length--) {
    const place = places.get(keyOf(path.slice(0, length)));
    // The value of what surrounds a missing key stands for it.
    if (place !== undefined) return length === path.length ? place[which] : place.value;
  }
  return '';
}

/** Whether a value chooses a group (`data: cave`, or `data: { use: cave, ... }`) and so replaces what was there. */
export const choosesGroup = (value: unknown): boolean =>
  typeof value === 'string' || (isObject(value) && 'use' in value);

/**
 * `over` on top of `base`: objects are merged key by key, everything else is replaced, lists too; so is an object on which
 * `over` chooses a group, where `replaces` says that groups live.
 */
export function mergeTrees(
  base: ConfigTree,
  over: ConfigTree,
  replaces: (path: Path) => boolean,
  at: Path = [],
): ConfigTree {
  const places = new Map(base.places);
  const merge = (old: unknown, young: unknown, path: Path): unknown => {
    const whole = replaces(path) && choosesGroup(young);
    if (isObject(old) && isObject(young) && !whole) {
      const result = { ...old };
      for (const [key, item] of Object.entries(young)) {
        result[key] = Object.hasOwn(old, key) ? merge(old[key], item, [...path, key]) : item;
      }
      return result;
    }
    const prefix = keyOf(path).slice(0, -1);
    for (const key of places.keys()) {
      if (key === keyOf(path) || key.startsWith(`${prefix},`)) places.delete(key);
    }
    return young;
  };
  const value = merge(base.value, over.value, at);
  for (const [key, place] of over.places) places.set(key, place);
  return { value, places };
}

/** The places of a tree in which the value at `path` came from `text`, such as an option of the command line. */
export function setPlace(tree: ConfigTree, path: Path, value: unknown, text: string): ConfigTree['places'] {
  const places = new Map(tree.places);
  // What the option makes on its way stands nowhere else either.
  for (let length = 1; length < path.length; length++) {
    const key = keyOf(path.slice(0, length));
    if (!places.has(key)) places.set(key, { key: text, value: text });
  }
  const mark = (item: unknown, at: Path) => {
    places.set(keyOf(at), { key: text, value: text });
    if (Array.isArray(item)) item.forEach((inner, i) => mark(inner, [...at, i]));
    else if (isObject(item)) for (const [key, inner] of Object.entries(item)) mark(inner, [...at, key]);
  };
  mark(value, path);
  return places;
}
