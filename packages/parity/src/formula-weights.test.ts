import type { StateEntry } from '@prismamba/models/internal';
import { describe, expect, it } from 'vitest';
import { formulaValues, formulaWeights, parseWeightsCheck, type WeightsCheck } from './formula-weights.js';

const entry = (official: string, rest: Partial<StateEntry> = {}): StateEntry => ({
  official,
  shape: [2],
  layout: 'same',
  kind: 'parameter',
  ours: official,
  ...rest,
});
const entries = [entry('a'), entry('count', { shape: [], kind: 'buffer', ours: undefined })];

function check(change: object = {}, seed = 3): WeightsCheck {
  const [first, last] = formulaValues(2, 0, seed, { center: 0, amplitude: 0.1 }) as unknown as [
    number,
    number,
  ];
  const a = { k: 0, center: 0, amplitude: 0.1, first3: [first, last], last, sum: first + last, ...change };
  const count = { k: 1, center: 0, amplitude: 0, first3: [0], last: 0, sum: 0 };
  return { seed, params: { a, count } };
}

describe('formula weights', () => {
  it('are those of the file, whatever its seed and its ranges; counters are left out', () => {
    expect([...formulaWeights(entries, check()).keys()]).toEqual(['a']);
    const other = formulaWeights(entries, check({}, 99)).get('a')!.data;
    expect(other).not.toEqual(formulaWeights(entries, check()).get('a')!.data);
    const [first, last] = formulaValues(2, 0, 3, { center: 5, amplitude: 0.5 }) as unknown as [
      number,
      number,
    ];
    const moved = check({ center: 5, amplitude: 0.5, first3: [first], last, sum: first + last });
    expect(formulaWeights(entries, moved).get('a')!.data).toEqual(Float32Array.of(first, last));
  });

  it('name the entry and the value that differ', () => {
    const message = (change: object) => () => formulaWeights(entries, check(change));
    expect(message({ last: 9 })).toThrow('a: last value is');
    expect(message({ amplitude: 0.2 })).toThrow('a: value 0 is');
    expect(message({ k: 1 })).toThrow('a: value 0 is');
    expect(message({ sum: 0.5 })).toThrow('a: sum is');
    expect(() => formulaWeights([], check())).toThrow('a: the network has no such entry');
    expect(() => formulaWeights([...entries, entry('b')], check())).toThrow(
      "has no entry 'b' of the network",
    );
  });

  it('refuse a file that is none', () => {
    expect(() => parseWeightsCheck('{')).toThrow('weights_check.json: is no JSON');
    expect(() => parseWeightsCheck('{"seed": 1, "params": {"a": {"k": -1}}}')).toThrow(
      /weights_check.json: params.a.k: /,
    );
    expect(parseWeightsCheck(JSON.stringify(check()))).toEqual(check());
  });
});
