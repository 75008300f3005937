import { expect, it } from 'vitest';
import { d65, tableStart, tableStep, xBar, yBar, zBar } from './cie-1931.js';

const sum = (values: readonly number[]) => values.reduce((total, v) => total + v, 0);
const weighted = (bar: readonly number[]) => sum(bar.map((v, i) => v * d65[i]!));

it('380 to 780 nm every 10 nm', () => {
  for (const values of [d65, xBar, yBar, zBar]) expect(values).toHaveLength(41);
  expect([tableStart, tableStep]).toEqual([380, 10]);
  expect(yBar.indexOf(Math.max(...yBar))).toBe((560 - tableStart) / tableStep);
});

it('the white of D65 is the published one: x 0.3127, y 0.3290', () => {
  const [X, Y, Z] = [xBar, yBar, zBar].map(weighted) as [number, number, number];
  expect(X / (X + Y + Z)).toBeCloseTo(0.3127, 4);
  expect(Y / (X + Y + Z)).toBeCloseTo(0.329, 3);
});

// Of the tables as they were taken from their source: a digit that changes shows, also where the eye sees next to nothing.
it.each([
  ['d65', d65, 3574.7028],
  ['xBar', xBar, 10.68364271941],
  ['yBar', yBar, 10.68577929],
  ['zBar', zBar, 10.67690011099],
] as const)('%s has the sum that it was taken with', (_, values, wanted) => {
  expect(sum(values)).toBeCloseTo(wanted, 8);
});
