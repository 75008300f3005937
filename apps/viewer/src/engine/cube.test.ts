import { expect, it } from 'vitest';
import { checkRegion, regionSpectrum, whiteOf } from './cube.js';
import { paintBands, paintError } from './paint.js';

const info = { name: 'x', height: 2, width: 3, wavelengths: [500, 600], white: 1, notes: [] };
const data = Float32Array.of(0, 1, 0.1, 0.9, 0.2, 0.8, 0.3, 0.7, 0.4, 0.6, 0.5, 0.5);
const cube = { info, data };

it('gives mean and standard deviation of a region', () => {
  const { mean, spread } = regionSpectrum(cube, { x: 1, y: 0, width: 2, height: 2 });
  // Pixels (1,0), (2,0), (1,1), (2,1): 0.1, 0.2, 0.4, 0.5 in the first band.
  expect(mean[0]).toBeCloseTo(0.3, 6);
  expect(mean[1]).toBeCloseTo(0.7, 6);
  expect(spread[0]).toBeCloseTo(Math.sqrt((0.04 + 0.01 + 0.01 + 0.04) / 4), 6);
});

it('refuses regions outside', () => {
  expect(() => checkRegion({ x: 2, y: 0, width: 2, height: 1 }, info)).toThrow('leaves the picture of 3 x 2');
});

it('draws what most values stay below as white', () => {
  const values = Float32Array.from({ length: 1000 }, (_, i) => i / 1000);
  values[999] = 50;
  expect(whiteOf(values)).toBeCloseTo(0.994, 2);
  expect(whiteOf(new Float32Array(8))).toBe(1);
  expect(whiteOf(Float32Array.of(NaN, 2, 2))).toBe(2);
});

it('paints bands with the transfer function of sRGB, in their order', () => {
  const pixels = paintBands(cube, [1, 0, 0]);
  // Linear 1 is code 255, 0 is 0, 0.5 is 188.
  expect([...pixels.subarray(0, 4)]).toEqual([255, 0, 0, 255]);
  expect([...pixels.subarray(20, 24)]).toEqual([188, 188, 188, 255]);
});

it('paints the absolute error, black where there is none', () => {
  const truth = { info, data: data.slice() };
  truth.data[0] = 0.2;
  const { pixels, white } = paintError(cube, truth, 0);
  expect(white).toBeCloseTo(0.2);
  expect([...pixels.subarray(0, 8)]).toEqual([255, 255, 255, 255, 0, 0, 0, 255]);
});
