import { formRgb, rgbRecipe, syntheticScenes } from '@prismamba/datasets';

/** SHA-256 of the bytes, hexadecimal; the same function in Node and in browsers. */
async function digest(values: Float32Array): Promise<string> {
  const bytes = new Uint8Array(await crypto.subtle.digest('SHA-256', new Float32Array(values)));
  return Array.from(bytes, (byte) => byte.toString(16).padStart(2, '0')).join('');
}

/** A seeded scene, its RGB by NTIRE 2020 Clean, and a few of its numbers for a reader of a failure. */
export async function run({ seed }: { seed: number }) {
  const source = syntheticScenes({ train: 1, test: 1, height: 24, width: 20, seed });
  const id = source.scenes[1]!.id;
  const { cube, height, width, wavelengths } = await source.load(id);
  const rgb = await formRgb({ data: cube, height, width }, rgbRecipe('ntire2020-clean'), { wavelengths });
  return {
    id,
    cubeValues: cube.length,
    rgbValues: rgb.length,
    cube: await digest(cube),
    rgb: await digest(rgb),
    firstSpectrum: Array.from(cube.subarray(0, 31)),
    firstPixels: Array.from(rgb.subarray(0, 12)),
  };
}
