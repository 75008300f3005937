import { describe, expect, it } from 'vitest';
import { uniformWavelengths } from '../spectra/spectral-table.js';
import { formRgb } from './form-rgb.js';
import { rgbRecipe } from './recipes.js';

/** Denser in the blue, as the 28 bands of compressive imaging are. */
const uneven = [
  400, 405, 410, 415, 420, 430, 440, 450, 460, 480, 500, 520, 540, 560, 580, 600, 620, 640, 660, 680, 700,
];
const even = uniformWavelengths(400, 700, 10);

describe('bands in uneven steps', () => {
  it.each([
    ['white', () => 0.5],
    ['reddish', (nm: number) => 0.2 + (0.6 * (nm - 400)) / 300],
    ['green bump', (nm: number) => 0.1 + 0.7 * Math.exp(-(((nm - 540) / 60) ** 2))],
  ])('%s: give the colour of even steps', async (_, spectrum) => {
    const recipe = rgbRecipe('srgb', { bits: 'none' });
    const render = async (nm: readonly number[]) => {
      const data = Float32Array.from(nm, spectrum);
      return [...(await formRgb({ data, height: 1, width: 1 }, recipe, { wavelengths: nm }))];
    };
    const [wanted, got] = [await render(even), await render(uneven)];
    got.forEach((value, channel) => expect(Math.abs(value - wanted[channel]!)).toBeLessThan(0.015));
  });
});
