import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import { listBest, saveBest } from './best-checkpoints.js';

let folder = '';
beforeEach(() => (folder = mkdtempSync(join(tmpdir(), 'best-'))));
afterEach(() => rmSync(folder, { recursive: true, force: true }));

const save = (step: number, value: number, mode: 'min' | 'max' = 'max', keep = 2) =>
  saveBest(folder, { step, value, bytes: () => Uint8Array.of(step) }, { mode, keep });

it('keeps the best files in order and removes the others', () => {
  expect([save(1, 30), save(2, 32), save(3, 29), save(4, 31)]).toEqual([true, true, false, true]);
  expect(listBest(folder).map(({ step }) => step)).toEqual([2, 4]);
  expect(readdirSync(folder).sort()).toEqual([
    'best-step-00000002.safetensors',
    'best-step-00000004.safetensors',
    'best.json',
  ]);
  expect([...readFileSync(join(folder, 'best-step-00000002.safetensors'))]).toEqual([2]);
});

it('asks for no bytes that it will not keep', () => {
  save(1, 30, 'max', 1);
  const bytes = vi.fn(() => Uint8Array.of(2));
  expect(saveBest(folder, { step: 2, value: 29, bytes }, { mode: 'max', keep: 1 })).toBe(false);
  expect(bytes).not.toHaveBeenCalled();
});

it('small values are best where asked, and the earlier of two equal ones', () => {
  for (const [step, value] of [
    [1, 5],
    [2, 4],
    [3, 4],
  ] as const)
    save(step, value, 'min', 1);
  expect(listBest(folder)).toEqual([{ file: 'best-step-00000002.safetensors', step: 2, value: 4 }]);
});

it('a step that comes again after a resume takes its own place', () => {
  save(1, 30);
  save(2, 31);
  save(2, 31);
  expect(listBest(folder).map(({ step }) => step)).toEqual([2, 1]);
});

it('says which list is damaged', () => {
  writeFileSync(join(folder, 'best.json'), '[{');
  expect(() => listBest(folder)).toThrow(/best\.json.*not valid JSON/);
  expect(() => save(1, 1, 'max', 0)).toThrow('keep is 0');
});

it('the PSNR of a scene that is hit exactly stays the best', () => {
  save(1, Infinity);
  for (const step of [2, 3, 4]) save(step, 30 + step);
  expect(listBest(folder).map(({ step, value }) => [step, value])).toEqual([
    [1, Infinity],
    [4, 34],
  ]);
});
