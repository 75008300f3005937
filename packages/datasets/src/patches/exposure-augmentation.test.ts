import { describe, expect, it } from 'vitest';
import { formRgb } from '../rgb-formation/form-rgb.js';
import { rgbRecipe } from '../rgb-formation/recipes.js';
import { standardWavelengths } from '../spectra/spectral-table.js';
import { exposureAugmentation } from './exposure-augmentation.js';

const recipe = rgbRecipe('ntire2020-clean');
const cube = Float32Array.from({ length: 2 * 2 * 31 }, (_, i) => ((i * 17) % 23) / 23);
const draw = (seed: number, range: readonly [number, number]) =>
  exposureAugmentation(recipe, range)(cube, 2, standardWavelengths, seed);

describe('exposureAugmentation', () => {
  it('scales all spectra by one factor in the range, and forms RGB by the recipe from what came out', async () => {
    const factors = new Set<string>();
    for (let seed = 0; seed < 20; seed++) {
      const { rgb, cube: scaled } = await draw(seed, [0.5, 2]);
      const factor = scaled[5]! / cube[5]!;
      expect(factor).toBeGreaterThanOrEqual(0.5);
      expect(factor).toBeLessThanOrEqual(2);
      scaled.forEach((value, i) => expect(value).toBeCloseTo(factor * cube[i]!, 5));
      const wanted = await formRgb({ data: scaled, height: 2, width: 2 }, recipe, {
        wavelengths: standardWavelengths,
      });
      expect(rgb).toEqual(wanted);
      factors.add(factor.toFixed(4));
    }
    expect(factors.size).toBe(20);
  });

  it('is a pure function of the seed, and leaves the cube as it is', async () => {
    const before = Float32Array.from(cube);
    expect(await draw(3, [0.5, 2])).toEqual(await draw(3, [0.5, 2]));
    expect(cube).toEqual(before);
  });

  it.each([
    [0, 1],
    [2, 1],
    [1, Infinity],
    [NaN, 1],
  ])('refuses [%d, %d]', (low, high) => {
    expect(() => exposureAugmentation(recipe, [low, high])).toThrow(/exposure is \[.*wanted 0 < low <= high/);
  });
});
