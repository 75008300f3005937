import { describe, expect, it } from 'vitest';
import { createRandom } from '@prismamba/core';
import { standardWavelengths } from '../spectra/spectral-table.js';
import { drawReflectance, materialFamilies } from './reflectances.js';
import { syntheticScenes } from './synthetic-scenes.js';

describe('drawReflectance', () => {
  it.each(materialFamilies)('%s stays in [0, 1], is smooth and differs from draw to draw', (family) => {
    const random = createRandom(11);
    const spectra = Array.from({ length: 60 }, () =>
      drawReflectance(family, 'train', standardWavelengths, random),
    );
    for (const spectrum of spectra) {
      expect(spectrum.every((value) => value >= 0 && value <= 1)).toBe(true);
      for (let b = 1; b < spectrum.length; b++) {
        expect(Math.abs(spectrum[b]! - spectrum[b - 1]!)).toBeLessThan(0.3);
      }
    }
    expect(new Set(spectra.map((spectrum) => spectrum.join())).size).toBeGreaterThan(5);
  });

  it('shows different ColorChecker patches in training and test', () => {
    const seen = (role: 'train' | 'test') => {
      const random = createRandom(2);
      return new Set(
        Array.from({ length: 300 }, () => drawReflectance('chart', role, standardWavelengths, random).join()),
      );
    };
    const train = seen('train');
    const test = seen('test');
    expect(train.size).toBe(12);
    expect(test.size).toBe(12);
    expect([...train].some((spectrum) => test.has(spectrum))).toBe(false);
  });

  it('gives leaves the shape of chlorophyll: green above red and blue, a red edge', () => {
    const random = createRandom(4);
    const at = (nm: number) => (nm - 400) / 10;
    for (let i = 0; i < 20; i++) {
      const leaf = drawReflectance('foliage', 'train', standardWavelengths, random);
      expect(leaf[at(550)]!).toBeGreaterThan(leaf[at(670)]!);
      expect(leaf[at(550)]!).toBeGreaterThan(leaf[at(440)]!);
      expect(leaf[at(700)]!).toBeGreaterThan(1.5 * leaf[at(670)]!);
    }
  });
});

describe('syntheticScenes', () => {
  const options = { train: 3, test: 2, height: 40, width: 56, seed: 5 };

  it('says that it is synthetic, and keeps training and test apart', () => {
    const source = syntheticScenes(options);
    expect(source.description).toContain('synthetic');
    expect(source.synthetic).toBe(true);
    expect(source.notes.join()).toContain('synthetic');
    expect(source.split.train).toHaveLength(3);
    expect(source.split.test).toHaveLength(2);
    expect(source.split.train.filter((id) => source.split.test.includes(id))).toEqual([]);
    expect(source.scenes.map(({ id }) => id)).toEqual([...source.split.train, ...source.split.test]);
  });

  it('gives the same bits for the same seed, in any order, and other scenes for another seed', async () => {
    const one = syntheticScenes(options);
    const two = syntheticScenes(options);
    const late = await one.load('synthetic-test-001');
    await two.load('synthetic-train-000');
    const early = await two.load('synthetic-test-001');
    expect(early.cube).toEqual(late.cube);
    expect(early.rgb).toEqual(late.rgb);
    const other = await syntheticScenes({ ...options, seed: 6 }).load('synthetic-test-001');
    expect(other.cube).not.toEqual(late.cube);
  });

  it('makes radiance in [0, 1] with structure along space and wavelength', async () => {
    const source = syntheticScenes(options);
    for (const { id } of source.scenes) {
      const scene = await source.load(id);
      expect(scene.cube).toHaveLength(40 * 56 * 31);
      let low = Infinity;
      let high = -Infinity;
      let sum = 0;
      let squares = 0;
      for (const value of scene.cube) {
        low = Math.min(low, value);
        high = Math.max(high, value);
        sum += value;
        squares += value * value;
      }
      expect(low).toBeGreaterThanOrEqual(0);
      expect(high).toBeLessThanOrEqual(1);
      expect(high).toBeGreaterThan(0.2);
      const mean = sum / scene.cube.length;
      expect(Math.sqrt(squares / scene.cube.length - mean * mean)).toBeGreaterThan(0.03);
      expect(scene.rgb.every((value) => Number.isInteger(Math.round(value * 255 * 1e4) / 1e4))).toBe(true);
    }
  });

  it('reads a region that equals the region of the scene', async () => {
    const source = syntheticScenes(options);
    const id = 'synthetic-train-001';
    const whole = await source.load(id);
    const part = await source.readRegion(id, { row: 3, column: 10, height: 5, width: 7 });
    expect(part.cube[(2 * 7 + 4) * 31 + 30]).toBe(whole.cube[((3 + 2) * 56 + 10 + 4) * 31 + 30]);
    expect(part.rgb[(4 * 7 + 6) * 3 + 1]).toBe(whole.rgb[((3 + 4) * 56 + 10 + 6) * 3 + 1]);
  });

  it('explains a wrong name and wrong options', async () => {
    await expect(syntheticScenes(options).load('synthetic-train-01')).rejects.toThrow(
      "synthetic: unknown scene 'synthetic-train-01', did you mean 'synthetic-train-001'?",
    );
    expect(() => syntheticScenes({ train: -1 })).toThrow('train must be an integer >= 0, got -1');
    expect(() => syntheticScenes({ seed: 0.5 })).toThrow('seed must be an integer, got 0.5');
    expect(() => syntheticScenes({ illuminants: [] })).toThrow('illuminants is empty');
  });
});
