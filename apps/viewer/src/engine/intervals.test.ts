import { expect, it } from 'vitest';
import { splitIntervals } from './intervals.js';

it('takes means and half widths apart', () => {
  // Two pixels of two bands: means, then standard deviations.
  const answer = Float32Array.of(0.5, 0.2, 0.03, 0, 1, -0.1, 0, 0.1);
  const { data, half } = splitIntervals(answer, [2, 3]);
  expect(data).toEqual(Float32Array.of(0.5, 0.2, 1, -0.1));
  // factor * (spread + 0.1 max(0, value) + 0.01)
  expect([...half].map((value) => value.toFixed(4))).toEqual(['0.1800', '0.0900', '0.2200', '0.3300']);
});

it('refuses factors of another count of bands', () => {
  expect(() => splitIntervals(new Float32Array(8), [1, 2, 3])).toThrow('the 3 of its card');
});
