import { expect, it } from 'vitest';
import { scoresOf } from './compare.js';
import type { LoadedCube } from './cube.js';

function cubeOf(height: number, width: number, wavelengths: readonly number[]): LoadedCube {
  const bands = wavelengths.length;
  const data = Float32Array.from({ length: height * width * bands }, (_, i) => 0.1 + (i % bands) / bands);
  return { data, info: { name: 'a.npy', height, width, wavelengths, white: 1, notes: [] } };
}
const nm = [450, 520, 600, 720, 850, 990];

it('scores two cubes by protocol standard', () => {
  const [cube, truth] = [cubeOf(16, 14, nm), cubeOf(16, 14, nm)];
  truth.data[0] = 0.2;
  const scores = scoresOf(cube, truth);
  expect(scores.find(({ name }) => name === 'RMSE')?.value).toBeCloseTo(0.1 / Math.sqrt(16 * 14 * 6), 6);
});

it('says which score is not defined, and gives the others', () => {
  const scores = scoresOf(cubeOf(5, 6, nm), cubeOf(5, 6, nm));
  expect(scores.find(({ name }) => name === 'RMSE')?.value).toBe(0);
  expect(scores.find(({ name }) => name === 'SSIM')).toMatchObject({
    value: undefined,
    why: expect.stringContaining('window'),
  });
});

it('refuses other sizes and other bands, with both', () => {
  expect(() => scoresOf(cubeOf(5, 6, nm), cubeOf(6, 5, nm))).toThrow(
    '5 x 6 pixels, the cube that is shown 6 x 5',
  );
  expect(() => scoresOf(cubeOf(5, 6, nm), cubeOf(5, 6, nm.slice(1)))).toThrow('5 bands from 520 to 990 nm');
});
