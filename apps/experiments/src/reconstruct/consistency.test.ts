import { formRgb, rgbRecipe, standardWavelengths } from '@prismamba/datasets';
import { describe, expect, it } from 'vitest';
import { ConsistencySink } from './consistency-sink.js';
import { renderingOf } from './rendering.js';

const bands = 31;
const wavelengths = standardWavelengths;
const [height, width] = [4, 3];
/** Dull spectra, so that no recipe clips them at the edge of its gamut. */
const truth = Float32Array.from(
  { length: height * width * bands },
  (_, i) => 0.2 + 0.04 * Math.sin(i * 0.37),
);
const guess = truth.map((value, i) => value + 0.05 * Math.cos(i * 1.3));

async function through(recipe: string, cube: Float32Array, rgb: Float32Array, enforce: boolean) {
  const out = new Float32Array(cube.length);
  const next = {
    begin() {},
    writeRows: (row: number, _: number, data: Float32Array) => out.set(data, row * width * bands),
    end() {},
    abort() {},
  };
  const rendering = await renderingOf(recipe, wavelengths);
  const sink = new ConsistencySink({ data: rgb, height, width }, rendering, enforce, next);
  await sink.begin({ height, width, bands });
  for (let row = 0; row < height; row += 2) {
    await sink.writeRows(row, 2, cube.subarray(row * width * bands, (row + 2) * width * bands));
  }
  await sink.end();
  return { out, ...sink.consistency() };
}

describe.each([
  ['ntire2020-clean', 1 / 255],
  ['srgb', 1e-6],
] as const)('rendering for the recipe %s', (recipe, step) => {
  const clean = recipe === 'ntire2020-clean';
  const formed = rgbRecipe(clean ? 'ntire2020-clean' : 'srgb', clean ? {} : { bits: 'none' });
  // The recipe srgb ends in codes; the rendering is linear.
  const decode = (v: number) => (clean ? v : v <= 0.04045 ? v / 12.92 : ((v + 0.055) / 1.055) ** 2.4);
  const rgbOf = async (cube: Float32Array) =>
    (await formRgb({ data: cube, height, width }, formed, { wavelengths })).map(decode);

  it('a true cube is off by the rounding of the recipe and no more; another is off', async () => {
    const rgb = await rgbOf(truth);
    expect((await through(recipe, truth, rgb, false)).largest).toBeLessThan(step + 1e-6);
    expect((await through(recipe, guess, rgb, false)).rms).toBeGreaterThan(1e-4);
  });

  it('--consistent: the rendering is the photo to 1e-6, and the change is the smallest one', async () => {
    const rgb = await rgbOf(truth);
    const { out, largest } = await through(recipe, guess, rgb, true);
    expect(largest).toBeLessThan(1e-6);
    expect((await through(recipe, out, rgb, false)).largest).toBeLessThan(1e-6);
    // The smallest change lies in the rows of M: it is orthogonal to what no camera of this kind sees.
    const { matrix, inverse } = await renderingOf(recipe, wavelengths);
    const change = out.slice(0, bands).map((value, band) => value - guess[band]!);
    const back = change.map((_, band) => {
      let sum = 0;
      for (let c = 0; c < 3; c++) {
        let seen = 0;
        for (let k = 0; k < bands; k++) seen += matrix[c * bands + k]! * change[k]!;
        sum += inverse[3 * band + c]! * seen;
      }
      return sum;
    });
    change.forEach((value, band) => expect(back[band]).toBeCloseTo(value, 6));
    // Where nothing is wrong nothing is changed.
    const same = await through(recipe, out, rgb, true);
    same.out.forEach((value, i) => expect(value).toBeCloseTo(out[i]!, 6));
  });
});
