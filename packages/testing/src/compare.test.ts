import { describe, expect, it } from 'vitest';
import { expectClose, expectRelativeError, relativeError } from './compare.js';
import { checkGradient, testNumbers } from './gradient-check.js';
import { nchwToNhwc, nhwcToNchw } from './layout.js';

describe('expectClose', () => {
  it('accepts equal values, NaN with NaN and the same Infinity', () => {
    expectClose([1, NaN, Infinity, -Infinity], [1, NaN, Infinity, -Infinity]);
  });
  it.each([
    [[1], [1.01]],
    [[NaN], [1]],
    [[1], [NaN]],
    [[Infinity], [-Infinity]],
    [[Infinity], [NaN]],
    [[1e30], [Infinity]],
  ])('refuses %j against %j', (a, b) => {
    expect(() => expectClose(a, b)).toThrow(/1 of 1 values differ/);
  });
  it('names the worst element', () => {
    expect(() => expectClose([1, 2, 9], [1, 2.1, 3])).toThrow(/2 of 3 .*at index 2: got 9, wanted 3/);
  });
  it('refuses other lengths', () => {
    expect(() => expectClose([1, 2], [1])).toThrow('got 2 values, wanted 1');
  });
});

describe('relativeError', () => {
  it('is max|a-b|/max|b|', () => {
    expect(relativeError([1, 2.5], [1, 2])).toBe(0.25);
    expect(relativeError([NaN], [1])).toBe(Infinity);
    expect(relativeError([0, 1e-9], [0, 0], 1)).toBe(1e-9);
  });
  it('refuses through expectRelativeError', () => {
    expect(() => expectRelativeError([1.1], [1], 1e-2, 'y')).toThrow(/^y: max\|a-b\|\/max\|b\| = 1.000e-1/);
  });
});

describe('checkGradient', () => {
  const inputs = [Float64Array.from([0.3, -1.2]), Float64Array.from([2])];
  const f = ([x, y]: readonly Float64Array[]) => x![0]! ** 2 * y![0]! + Math.sin(x![1]!);
  const right = [[2 * 0.3 * 2, Math.cos(-1.2)], [0.09]];
  it('accepts the right gradient', () => checkGradient({ f, inputs, gradients: right }));
  it('refuses a flipped sign and names the input', () => {
    expect(() => checkGradient({ f, inputs, gradients: [right[0]!, [-0.09]], names: ['x', 'y'] })).toThrow(
      /checkGradient: y/,
    );
  });
});

describe('layout', () => {
  it('goes there and back', () => {
    const x = testNumbers(2 * 3 * 4 * 5, 7);
    const nhwc = nchwToNhwc(x, [2, 3, 4, 5]);
    expect(nhwc[1]).toBe(x[20]);
    expect(nhwcToNchw(nhwc, [2, 4, 5, 3])).toEqual(x);
  });
});
