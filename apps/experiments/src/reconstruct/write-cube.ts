import { extname } from 'node:path';
import { writeMat5, writeNpy, writeNpz, type NdArray } from '@prismamba/formats';
import { writeFileAtomic } from '@prismamba/formats/node';
import type { PredictedCube } from '@prismamba/trainer';
import { standardBands } from './standard-bands.js';

type Write = (array: NdArray, wavelengths: NdArray) => Uint8Array;

/** Kinds of cube file by extension. */
export const cubeFormats: Readonly<Record<string, Write>> = {
  '.npy': (cube) => writeNpy(cube),
  '.npz': (cube, wavelengths) =>
    writeNpz(
      new Map([
        ['cube', cube],
        ['wavelengths', wavelengths],
      ]),
    ),
  '.mat': (cube, wavelengths) =>
    writeMat5(
      new Map([
        ['cube', cube],
        ['bands', wavelengths],
      ]),
    ),
};

/** Writes a cube [height, width, bands] (float32) as the kind that the extension names; returns the files. */
export function writeCube(path: string, { data, height, width, bands }: PredictedCube): string[] {
  const write = cubeFormats[extname(path).toLowerCase()]!;
  const cube: NdArray = { dtype: 'float32', shape: [height, width, bands], data };
  const wavelengths: NdArray = {
    dtype: 'float32',
    shape: [bands],
    data: Float32Array.from(standardBands(bands)),
  };
  writeFileAtomic(path, write(cube, wavelengths));
  return [path];
}
