import { zipSync, type Zippable } from 'fflate';
import type { NdArray } from '../ndarray.js';
import { writeNpy } from '../npy/write-npy.js';

export interface WriteNpzOptions {
  /** Deflate the members, as `numpy.savez_compressed` does. Default false. */
  readonly compress?: boolean;
}

/** Dates are no part of the data: the same arrays give the same bytes. 1980 is where zip's time begins. */
export const ZIP_EPOCH = new Date(1980, 0, 1);

/** Writes arrays by name as a `.npz` archive, which `numpy.load` reads. */
export function writeNpz(entries: ReadonlyMap<string, NdArray>, options: WriteNpzOptions = {}): Uint8Array {
  const files: Zippable = Object.create(null) as Zippable;
  for (const [name, array] of entries) {
    if (name === '') throw new RangeError('writeNpz: the name of an array must not be empty');
    files[`${name}.npy`] = [writeNpy(array), { level: options.compress ? 6 : 0, mtime: ZIP_EPOCH }];
  }
  return zipSync(files);
}
