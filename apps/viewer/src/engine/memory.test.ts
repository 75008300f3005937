import { afterEach, expect, it, vi } from 'vitest';
import { budget, bytesText, checkMemory } from './memory.js';

afterEach(() => vi.unstubAllGlobals());
const machine = (deviceMemory?: number) =>
  vi.stubGlobal('navigator', deviceMemory === undefined ? {} : { deviceMemory });

it('takes a share of what the browser says that there is', () => {
  machine(8);
  expect(budget()).toBeCloseTo(0.6 * 8 * 2 ** 30);
  machine(0.5);
  expect(budget()).toBeCloseTo(0.3 * 2 ** 30);
  machine();
  expect(budget()).toBeCloseTo(2.4 * 2 ** 30);
});

it('says what is wanted, what there is, and what to do', () => {
  machine(1);
  expect(() => checkMemory('a.npy', 644_000_000, 'Cut it.')).not.toThrow();
  expect(() => checkMemory('a.npy', 1_500_000_000, 'Cut it.')).toThrow(
    'Too little memory: a.npy takes 1.5 GB, and this page may take 644 MB on this machine. Cut it.',
  );
  expect(bytesText(10)).toBe('1 MB');
});
