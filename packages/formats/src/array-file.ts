import type { Ranges } from './array-ranges.js';
import type { DType } from './dtype.js';
import { FormatError } from './format-error.js';
import type { NdArray } from './ndarray.js';
import { nearestNames } from '@prismamba/core';

/** An open file of named arrays from which parts can be read without reading all. Close it after use. */
export interface ArrayFile {
  readonly path: string;
  /** Names of the arrays. */
  keys(): string[];
  /** What the file holds and is not read, with the reason: text, cells, structures, objects, links to other files. */
  readonly skipped: ReadonlyMap<string, string>;
  shape(key: string): readonly number[];
  dtype(key: string): DType;
  /** The whole array. */
  read(key: string): NdArray;
  /** The part `[begin, end)` of each axis (null: the whole axis). Only that part is read where the format allows it. */
  slice(key: string, ranges: Ranges): NdArray;
  close(): void;
}

/** The error for a name that is not there. */
export function noSuchKey(path: string, key: string, keys: readonly string[]): FormatError {
  const nearest = nearestNames(key, keys, 1);
  const shown = keys.slice(0, 20).map((name) => `'${name}'`);
  return new FormatError({
    name: path,
    problem: `there is no array '${key}'`,
    expected: shown.length === 0 ? 'none: the file has no arrays' : `one of ${shown.join(', ')}`,
    ...(nearest.length === 0 ? {} : { fix: `Did you mean '${nearest[0] ?? ''}'?` }),
  });
}

/** The error for what the file holds and is not read. */
export function notReadable(path: string, key: string, reason: string): FormatError {
  return new FormatError({
    name: path,
    problem: `the variable '${key}' is ${reason}`,
    expected: 'real numbers',
  });
}
