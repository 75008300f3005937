import { writeEnvi, writeMat5, writeNpy, type NdArray } from '@prismamba/formats';
import type { LoadedCube } from './cube.js';
import type { CubeFormat, ExportedFile } from './messages.js';

/** The cube as files, with its wavelengths: beside it for `.npy`, which has no place for them. */
export function exportCube({ data, info }: LoadedCube, format: CubeFormat): ExportedFile[] {
  const name = info.name
    .replace(/[^\p{L}\p{N}_.-]+/gu, '-')
    .replace(/\.(png|jpe?g|webp|npy|npz|mat|hdr|avif)$/i, '');
  const cube: NdArray = { dtype: 'float32', shape: [info.height, info.width, info.wavelengths.length], data };
  const text = (value: string) => new TextEncoder().encode(value);
  switch (format) {
    case 'npy':
      return [
        { name: `${name}.npy`, bytes: writeNpy(cube) },
        { name: `${name}.bands.json`, bytes: text(JSON.stringify({ wavelengths: info.wavelengths })) },
      ];
    case 'mat': {
      const wavelengths: NdArray = {
        dtype: 'float64',
        shape: [1, info.wavelengths.length],
        data: Float64Array.from(info.wavelengths),
      };
      const arrays = new Map([
        ['cube', cube],
        ['wavelengths', wavelengths],
      ]);
      return [{ name: `${name}.mat`, bytes: writeMat5(arrays) }];
    }
    case 'envi': {
      const { header, data: bytes } = writeEnvi(cube, { interleave: 'bip', wavelengths: info.wavelengths });
      return [
        { name: `${name}.hdr`, bytes: text(header) },
        { name: `${name}.img`, bytes },
      ];
    }
  }
}
