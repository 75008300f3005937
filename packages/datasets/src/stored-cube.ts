import type { NdArray } from '@prismamba/formats';
import { DatasetError } from './dataset-error.js';

/** Arrays of a file by name, without their values. */
export type StoredShapes = ReadonlyMap<string, readonly number[]>;

/**
 * The name of the cube among the arrays of a file: the one named `key`, or the only one with three axes.
 *
 * @param file what messages call the file
 * @param remedy what messages advise where there are several
 * @throws DatasetError where there is no such array, or where several have three axes and no `key` says which
 */
export function chooseCube(
  file: string,
  shapes: StoredShapes,
  key?: string,
  remedy = "say which by 'key'",
): string {
  const names = [...shapes.keys()];
  if (key !== undefined) {
    if (shapes.has(key)) return key;
    throw new DatasetError(`${file}: there is no array '${key}'; the file holds ${names.join(', ')}`);
  }
  const cubes = names.filter((name) => shapes.get(name)!.length === 3);
  if (cubes.length === 1) return cubes[0]!;
  throw new DatasetError(
    cubes.length === 0
      ? `${file}: no array with three axes; the file holds ${names.map((name) => `${name} [${shapes.get(name)!.join(', ')}]`).join(', ') || 'nothing'}`
      : `${file}: several arrays have three axes: ${cubes.join(', ')}; ${remedy}`,
  );
}

/** Names under which files keep the wavelengths of their bands. */
const wavelengthNames = ['wavelengths', 'wavelength', 'bands', 'wl', 'lambda'];

/** One number for each entry of the first or the last axis, increasing, plausible in nm (a list 1, 2, 3, ... is none). */
export function areWavelengths(values: readonly number[], cube: readonly number[]): boolean {
  return (
    (values.length === cube[0] || values.length === cube.at(-1)) &&
    values.every((nm, i) => nm >= 200 && nm <= 20000 && (i === 0 || nm > values[i - 1]!))
  );
}

/** The wavelengths (nm) that a file keeps beside its cube, under one of their usual names; undefined where there are none. */
export function storedWavelengths(
  cube: readonly number[],
  shapes: StoredShapes,
  read: (name: string) => NdArray,
): readonly number[] | undefined {
  for (const [name, shape] of shapes) {
    if (!wavelengthNames.includes(name.toLowerCase())) continue;
    const count = shape.reduce((a, b) => a * b, 1);
    if (count !== cube[0] && count !== cube.at(-1)) continue;
    const values = Array.from(read(name).data, Number);
    if (areWavelengths(values, cube)) return values;
  }
  return undefined;
}
