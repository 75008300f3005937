import { describe, expect, it } from 'vitest';
import { dropPathFactors, LayerRandom } from './stochastic-layer.js';

describe('LayerRandom', () => {
  const numbers = (name: string, seed: number, step: number, calls = 1): number[] => {
    const random = new LayerRandom(name);
    random.setState(seed, step);
    return Array.from({ length: calls }, () => [...random.next(4)]).flat();
  };

  it('follows from seed, step, call and layer name, and from nothing else', () => {
    expect(numbers('VSS1', 3, 7)).toEqual(numbers('VSS1', 3, 7));
    const variants = [
      numbers('VSS1', 3, 7),
      numbers('VSS1', 3, 8),
      numbers('VSS1', 4, 7),
      numbers('VSS2', 3, 7),
    ];
    expect(new Set(variants.map(String)).size).toBe(4);
    const [first, second] = [numbers('VSS1', 3, 7, 2).slice(0, 4), numbers('VSS1', 3, 7, 2).slice(4)];
    expect(first).toEqual(numbers('VSS1', 3, 7));
    expect(second).not.toEqual(first);
  });

  it('is uniform in [0, 1): mean 1/2, variance 1/12, over steps too', () => {
    const random = new LayerRandom('x');
    const values: number[] = [];
    for (let step = 0; step < 4000; step++) {
      random.setState(1, step);
      values.push(random.next(1)[0]!);
    }
    const mean = values.reduce((a, b) => a + b) / values.length;
    const variance = values.reduce((a, b) => a + (b - mean) ** 2, 0) / values.length;
    expect(Math.min(...values)).toBeGreaterThanOrEqual(0);
    expect(Math.max(...values)).toBeLessThan(1);
    expect(Math.abs(mean - 0.5)).toBeLessThan(0.02);
    expect(Math.abs(variance - 1 / 12)).toBeLessThan(0.005);
  });

  it('refuses a step that is no whole number', () => {
    expect(() => new LayerRandom('x').setState(1, 0.5)).toThrow(/seed and step must be integers/);
  });
});

describe('dropPathFactors', () => {
  it('drops with the given rate and keeps the expectation', () => {
    const random = new LayerRandom('x');
    random.setState(1, 0);
    const factors = [...dropPathFactors(random, 5000, 0.2)];
    expect(new Set(factors)).toEqual(new Set([0, Math.fround(1.25)]));
    expect(Math.abs(factors.reduce((a, b) => a + b) / 5000 - 1)).toBeLessThan(0.03);
  });
});
