import { describe, expect, it } from 'vitest';
import { gridOf, parseAxis, randomOf } from './over.js';

const texts = (runs: readonly (readonly { text: string }[])[]) =>
  runs.map((run) => run.map(({ text }) => text));

describe('parseAxis', () => {
  it.each([
    ['seed=1,2,3', ['1', '2', '3']],
    ['model.options.widths=[31],[15, 31]', ['[31]', '[15, 31]']],
    ['training.loss={l1: 1, sam: 0.1},mrae', ['{l1: 1, sam: 0.1}', 'mrae']],
    ["title='a, b',c", ["'a, b'", 'c']],
    ['x=range(0, 5)', ['0', '1', '2', '3', '4']],
    ['x=range(0.1, 0.4, 0.1)', ['0.1', '0.2', '0.3']],
    ['x=range(3, 0, -1)', ['3', '2', '1']],
  ])('%s', (text, values) => {
    expect(parseAxis(text).values).toEqual(values);
  });
  it.each([
    ['seed', 'wanted KEY=VALUES'],
    ['seed=1,,2', 'a value is empty'],
    ['seed=1,1', "'1' is named twice"],
    ['x=range(1, 1)', 'has 0 values'],
    ['x=range(a, 2)', 'wanted numbers'],
    ['x=loguniform(0, 1)', 'low < high and above 0'],
    ['x=[1', 'is not YAML'],
  ])('refuses %s', (text, message) => {
    expect(() => parseAxis(text)).toThrow(message);
  });
});

describe('gridOf', () => {
  it('is every combination, the last key fastest', () => {
    expect(texts(gridOf(['a.b=1,2', 'seed=7,8'].map(parseAxis)))).toEqual([
      ['a.b=1', 'seed=7'],
      ['a.b=1', 'seed=8'],
      ['a.b=2', 'seed=7'],
      ['a.b=2', 'seed=8'],
    ]);
  });
  it('refuses a key twice, and an interval', () => {
    expect(() => gridOf(['a=1', 'a=2'].map(parseAxis))).toThrow('--over a: is given twice');
    expect(() => gridOf([parseAxis('a=uniform(0, 1)')])).toThrow('--random N');
  });
});

describe('randomOf', () => {
  it('draws inside the intervals and lists, the same for the same seed', () => {
    const axes = ['lr=loguniform(1e-5, 1e-2)', 'n=1,2'].map(parseAxis);
    const drawn = texts(randomOf(axes, 50, 3));
    expect(drawn).toEqual(texts(randomOf(axes, 50, 3)));
    expect(drawn).not.toEqual(texts(randomOf(axes, 50, 4)));
    const rates = drawn.map(([lr]) => Number(lr!.slice(3)));
    expect(Math.min(...rates)).toBeGreaterThanOrEqual(1e-5);
    expect(Math.max(...rates)).toBeLessThanOrEqual(1e-2);
    expect(rates.filter((rate) => rate < 10 ** -3.5).length).toBeGreaterThan(15);
    expect(new Set(drawn.map(([, n]) => n)).size).toBe(2);
  });
  it('counts equal draws once', () => {
    expect(randomOf([parseAxis('n=1,2')], 50, 1)).toHaveLength(2);
  });
});
