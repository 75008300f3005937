import { expect, test } from 'vitest';
import { checkShape, nearestName, nearestNames } from '../index.js';

test('nearestName: the fewest edits, case ignored, the first of equals, however far', () => {
  expect(nearestName('RSME', ['psnr', 'rmse', 'mrae'])).toBe('rmse');
  expect(nearestName('Cat', ['bat', 'rat', 'dog'])).toBe('bat');
  expect(nearestName('GMSR', new Map([['gmsr-net', 1]]).keys())).toBe('gmsr-net');
  expect(nearestName('x', ['wavelengths'])).toBe('wavelengths');
  expect(nearestName('', ['abc', 'ab'])).toBe('ab');
  expect(nearestName('x', [])).toBeUndefined();
});

test('nearestName counts insertions, deletions and replacements as one edit each', () => {
  // two edits first, so that a dearer single one would tie and lose
  expect(nearestName('abcd', ['axcx', 'abxcd'])).toBe('abxcd');
  expect(nearestName('abcd', ['axcx', 'abd'])).toBe('abd');
  expect(nearestName('abcd', ['abcdef', 'abxd'])).toBe('abxd');
});

test('nearestNames: only near ones, nearest first, then by the alphabet', () => {
  expect(nearestNames('CUBE', ['ref', 'cube', 'cubes', 'norm_factor'])).toEqual(['cube', 'cubes']);
  expect(nearestNames('cube', ['wavelengths_of_the_camera'])).toEqual([]);
  expect(nearestNames('cat', ['rat', 'bat', 'cat'], 2)).toEqual(['cat', 'bat']);
});

test('checkShape: sizes, names for any size, rank', () => {
  const tensor = { shape: [2, 3, 4] };
  expect(() => checkShape('f', 'x', tensor, [2, 'W', 4])).not.toThrow();
  expect(() => checkShape('f', 'x', tensor, ['H', 3, 5])).toThrow(
    'f: x: got shape [2, 3, 4], wanted [H, 3, 5]',
  );
  expect(() => checkShape('f', 'x', tensor, [2, 3])).toThrow('f: x: got shape [2, 3, 4], wanted [2, 3]');
});
