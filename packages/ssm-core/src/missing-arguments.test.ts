import * as tf from '@tensorflow/tfjs-core';
import { beforeAll, expect, it } from 'vitest';
import { startBackend } from '@prismamba/backend';
import * as operators from './index.js';

beforeAll(() => startBackend('cpu'));

// What JavaScript lets through: no arguments, an empty object, no tensor, the wrong rank.
it.each([
  ['selectiveScan', 'u', '[B, D, L]'],
  ['selectiveScanOutput', 'u', '[B, D, L]'],
  ['ss2dScan', 'x', '[B, H, W, D]'],
  ['ssdScan', 'x', '[B, L, H, P]'],
] as const)('%s names what is missing', (name, argument, wanted) => {
  const call = operators[name] as (args?: object) => unknown;
  const missing = `${name}: ${argument}: is missing, wanted ${wanted}`;
  expect(() => call()).toThrow(missing);
  expect(() => call({})).toThrow(missing);
  expect(() => call({ [argument]: 3 })).toThrow(`${name}: ${argument}: got '3', wanted a tensor ${wanted}`);
  const vector = tf.zeros([4]);
  expect(() => call({ [argument]: vector })).toThrow(`${name}: ${argument}: got shape [4], wanted ${wanted}`);
  vector.dispose();
});
