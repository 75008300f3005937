import { existsSync, readFileSync } from 'node:fs';
import { goldenPath } from '@prismamba/testing';
import { describe, expect, it } from 'vitest';
import type { StateEntry } from '../state-dict/state-entry.js';
import {
  formulaRange,
  formulaValues,
  formulaWeights,
  verifyFormulaWeights,
  type FormulaSpec,
} from './formula-weights.js';

interface Check {
  seed: number;
  params: Record<string, { k: number; center: number; amplitude: number; first3: number[] }>;
}
const read = (model: string) =>
  JSON.parse(readFileSync(`${goldenPath(model)}/weights_check.json`, 'utf8')) as Check;
const models = ['m3sr', 'hscnn-plus', 'hrnet', 'mscnn', 'repcpsi', 'awan', 'hdnet', 'edsr'].filter((m) =>
  existsSync(`${goldenPath(m)}/weights_check.json`),
);

describe('formula weights', () => {
  it.each(models)('first values of every entry of %s, to the bit', (model) => {
    const { seed, params } = read(model);
    expect(Object.keys(params).length).toBeGreaterThan(100);
    for (const [name, check] of Object.entries(params)) {
      const values = formulaValues(check.first3.length, check.k, seed, check);
      expect([...values], name).toEqual(check.first3);
    }
  });

  it('ranges follow from shape and name', () => {
    const spec: FormulaSpec = { seed: 1, gain: 2, overrides: [['A_log', { center: 0.5, amplitude: 1 }]] };
    const entry = (official: string, shape: number[]): StateEntry => ({
      official,
      shape,
      layout: 'same',
      kind: 'parameter',
      ours: official,
    });
    expect(formulaRange(entry('a.weight', [4, 3, 1, 1]), spec)).toEqual({ center: 0, amplitude: 2 });
    expect(formulaRange(entry('a.weight', [1]), spec)).toEqual({ center: 0.25, amplitude: 0.1 });
    expect(formulaRange(entry('a.weight', [5]), spec)).toEqual({ center: 1, amplitude: 0.2 });
    expect(formulaRange(entry('a.bias', [5]), spec)).toEqual({ center: 0, amplitude: 0.1 });
    expect(formulaRange(entry('a.running_var', [5]), spec)).toEqual({ center: 1, amplitude: 0.3 });
    expect(formulaRange(entry('m.A_log', [5, 16]), spec)).toEqual({ center: 0.5, amplitude: 1 });
  });

  it('names the entry and the value that differ', () => {
    const entries: StateEntry[] = [
      { official: 'a', shape: [2], layout: 'same', kind: 'parameter', ours: 'a' },
    ];
    const spec = { seed: 3, gain: 1 };
    const weights = formulaWeights(entries, spec);
    const [first, last] = weights.get('a')!.data as Float32Array;
    const json = (change: object) =>
      JSON.stringify({
        seed: 3,
        params: {
          a: { k: 0, center: 0, amplitude: 0.1, first3: [first], last, sum: first! + last!, ...change },
        },
      });
    expect(verifyFormulaWeights(json({}), entries, spec, weights)).toBe(1);
    expect(() => verifyFormulaWeights(json({ last: 9 }), entries, spec, weights)).toThrow('a: last value is');
    expect(() => verifyFormulaWeights(json({ k: 1 }), entries, spec, weights)).toThrow(
      'a: position is 0, wanted 1',
    );
    expect(() => verifyFormulaWeights(json({ sum: 0.5 }), entries, spec, weights)).toThrow('a: sum is');
  });
});
