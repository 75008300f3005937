import { describe, expect, it } from 'vitest';
import { formRgb } from '../rgb-formation/form-rgb.js';
import { rgbRecipe } from '../rgb-formation/recipes.js';
import { standardWavelengths } from '../spectra/spectral-table.js';
import { jpegRoundTrip } from './jpeg-round-trip.js';

describe('jpegRoundTrip', () => {
  it('loses little at high quality and more at low quality', async () => {
    const rgb = Uint8Array.from(
      { length: 32 * 32 * 3 },
      (_, i) => 128 + Math.round(60 * Math.sin(Math.floor(i / 3) / 20)),
    );
    const error = async (quality: number) => {
      const back = await jpegRoundTrip(rgb, { height: 32, width: 32 }, quality);
      expect(back).toHaveLength(rgb.length);
      return back.reduce((sum, value, i) => sum + Math.abs(value - rgb[i]!), 0) / rgb.length;
    };
    const [fine, coarse] = [await error(98), await error(10)];
    expect(fine).toBeLessThan(2);
    expect(coarse).toBeGreaterThan(2 * fine);
  });

  it.each(['ntire2020-real-world', 'ntire2022'])(
    'completes the recipe %s, the same bits for a seed',
    async (name) => {
      const cube = Float32Array.from({ length: 24 * 24 * 31 }, (_, i) => (i % 97) / 96);
      const form = (seed: number) =>
        formRgb({ data: cube, height: 24, width: 24 }, rgbRecipe(name), {
          wavelengths: standardWavelengths,
          seed,
          jpeg: jpegRoundTrip,
        });
      const one = await form(1);
      expect(await form(1)).toEqual(one);
      expect(await form(2)).not.toEqual(one);
    },
  );
});
