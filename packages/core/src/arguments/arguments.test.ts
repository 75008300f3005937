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
  expect(nearestName('abcd', ['axbxcd', 'abxd'])).toBe('abxd');
});

test('nearestNames: only near ones, nearest first, then by the alphabet', () => {
  expect(nearestNames('CUBE', ['ref', 'cube', 'cubes', 'norm_factor'])).toEqual(['cube', 'cubes']);
  expect(nearestNames('cube', ['wavelengths_of_the_camera'])).toEqual([]);
  expect(nearestNames('cat', ['rat', 'bat', 'cat'], 2)).toEqual(['cat', 'bat']);
});

test('what is meant comes before what is spelled alike', () => {
  const models = ['edsr', 'awan', 'gmsr-net', 'mst-plus-plus', 'm3sr'];
  expect(nearestName('gmsr', models)).toBe('gmsr-net');
  expect(nearestNames('plus', models, 1)).toEqual(['mst-plus-plus']);
  expect(nearestNames('l2', ['l1', 'mse', 'sam'], 1)).toEqual(['mse']);
  const backends = ['tensorflow-gpu', 'tensorflow', 'webgpu', 'wasm', 'cpu'];
  expect(nearestNames('gpu', backends, 2)).toEqual(['webgpu', 'tensorflow-gpu']);
  expect(nearestNames('cuda', backends, 1)).toEqual(['tensorflow-gpu']);
  expect(nearestNames('cpi', ['wasm', 'cpu'], 1)).toEqual(['cpu']);
});

test('any text may be what was written: one of every object, and one of a million letters', () => {
  for (const odd of ['constructor', '__proto__', 'toString']) {
    expect(nearestNames(odd, ['batch_size'])).toEqual([]);
    expect(nearestName(odd, ['batch_size'])).toBe('batch_size');
  }
  expect(nearestNames('a'.repeat(1e6), ['aaa', 'batch_size'])).toEqual([]);
});

test('checkShape: sizes, names for any size, rank', () => {
  const tensor = { shape: [2, 3, 4] };
  expect(() => checkShape('f', 'x', tensor, [2, 'W', 4])).not.toThrow();
  expect(() => checkShape('f', 'x', tensor, ['H', 3, 5])).toThrow(
    'f: x: got shape [2, 3, 4], wanted [H, 3, 5]',
  );
  expect(() => checkShape('f', 'x', tensor, [2, 3])).toThrow('f: x: got shape [2, 3, 4], wanted [2, 3]');
});

test('checkShape: what is missing or no tensor is named with what was wanted', () => {
  expect(() => checkShape('f', 'x', undefined, ['B', 3])).toThrow('f: x: is missing, wanted [B, 3]');
  expect(() => checkShape('f', 'x', null, ['B', 3])).toThrow('f: x: is missing, wanted [B, 3]');
  expect(() => checkShape('f', 'x', 3 as never, ['B', 3])).toThrow("f: x: got '3', wanted a tensor [B, 3]");
  expect(() => checkShape('f', 'x', {} as never, ['B'])).toThrow(
    'f: x: got an object without a shape, wanted a tensor [B]',
  );
});
