import { describe, expect, it } from 'vitest';
import { isStochasticLayer, setRandomState } from './stochastic-layer.js';

describe('setRandomState', () => {
  it('tells the stochastic layers, those of nested models too, and counts them', () => {
    const told: number[][] = [];
    const layer = { setRandomState: (seed: number, step: number) => told.push([seed, step]) };
    expect(setRandomState([{}, layer, null, { layers: [{}, layer] }], 5, 9)).toBe(2);
    expect(told).toEqual([
      [5, 9],
      [5, 9],
    ]);
    expect(isStochasticLayer({ setRandomState: 3 })).toBe(false);
  });
});
