import { describe, expect, it } from 'vitest';
import { createRandom, deriveSeed } from './random.js';

function moments(draw: () => number, count: number) {
  let sum = 0;
  let squares = 0;
  for (let i = 0; i < count; i++) {
    const value = draw();
    sum += value;
    squares += value * value;
  }
  const mean = sum / count;
  return { mean, variance: squares / count - mean * mean };
}

describe('createRandom', () => {
  it('gives the same numbers for the same seed and others for another', () => {
    const take = (seed: number) => {
      const random = createRandom(seed);
      return Array.from({ length: 8 }, () => random.uniform());
    };
    expect(take(1)).toEqual(take(1));
    expect(take(1)).not.toEqual(take(2));
  });

  it.each([0.3, 4, 29, 31, 200, 5000])('poisson(%s) has mean and variance of that size', (mean) => {
    const random = createRandom(7);
    const found = moments(() => random.poisson(mean), 40_000);
    // five standard errors
    expect(Math.abs(found.mean - mean)).toBeLessThan(5 * Math.sqrt(mean / 40_000));
    expect(Math.abs(found.variance / mean - 1)).toBeLessThan(5 * Math.sqrt((2 + 1 / mean) / 40_000));
  });

  it('normal() has mean 0 and variance 1', () => {
    const random = createRandom(3);
    const { mean, variance } = moments(() => random.normal(), 40_000);
    expect(Math.abs(mean)).toBeLessThan(0.025);
    expect(Math.abs(variance - 1)).toBeLessThan(0.04);
  });

  it('shuffles to a permutation', () => {
    const shuffled = createRandom(5).shuffle(Array.from({ length: 50 }, (_, i) => i));
    expect([...shuffled].sort((a, b) => a - b)).toEqual(Array.from({ length: 50 }, (_, i) => i));
    expect(shuffled).not.toEqual(Array.from({ length: 50 }, (_, i) => i));
  });

  it('refuses a seed that is no integer', () => {
    expect(() => createRandom(0.5)).toThrow('createRandom: seed must be an integer, got 0.5');
  });
});

describe('deriveSeed', () => {
  it('separates purposes, numbers and orders', () => {
    const seeds = [
      deriveSeed(1, 'a'),
      deriveSeed(1, 'b'),
      deriveSeed(2, 'a'),
      deriveSeed(1, 'a', 0),
      deriveSeed(1, 'a', 1),
      deriveSeed(1, 'a', 'b'),
      deriveSeed(1, 'b', 'a'),
    ];
    expect(new Set(seeds).size).toBe(seeds.length);
  });
});
