import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, expect, it } from 'vitest';
import { resourcesSchema } from '../config/resources-schema.js';
import { candidatesOf, judge, roundDurations } from './halving.js';
import { gridOf, parseAxis } from './over.js';
import type { SweepRun } from './plan-sweep.js';

const resources = resourcesSchema.parse({});
let out = '';
afterEach(() => rmSync(out, { recursive: true, force: true }));

const steps = (count: number) => ({ count, unit: 'steps' }) as const;

it('rounds come down to one candidate, which has the whole duration', () => {
  const counts = (count: number, candidates: number, factor: number) =>
    roundDurations(steps(count), candidates, factor).map((duration) => duration.count);
  expect(counts(480, 4, 2)).toEqual([120, 240, 480]);
  expect(counts(480, 5, 2)).toEqual([60, 120, 240, 480]);
  expect(counts(480, 9, 3)).toEqual([53, 160, 480]);
  expect(counts(480, 3, 4)).toEqual([120, 480]);
  expect(() => counts(3, 5, 2)).toThrow('leave nothing for the first');
});

it('a candidate is judged by the mean over its seeds of the best validation, and is out when one run failed', () => {
  out = mkdtempSync(join(tmpdir(), 'prismamba-halving-'));
  const combinations = gridOf(['seed=1,2', 'model.options.groups=2,4,8'].map(parseAxis));
  const candidates = candidatesOf(combinations);
  expect(candidates.map(({ settings }) => settings)).toEqual(
    [2, 4, 8].map((groups) => [`model.options.groups=${groups}`]),
  );
  // A run's validations; the best counts, not the last.
  const values: Record<string, number[][]> = {
    '2': [
      [30, 33, 31],
      [20, 31],
    ],
    '4': [
      [34, 1],
      [33, 33.5],
    ],
    '8': [[50], [51]],
  };
  const runs = Object.entries(values).flatMap(([groups, seeds]) =>
    seeds.map((validations, seed): SweepRun => {
      const folder = join(out, `${groups}-${seed}`);
      mkdirSync(folder);
      const lines = validations.map((PSNR, step) =>
        JSON.stringify({ event: 'validation', step, metrics: { PSNR } }),
      );
      writeFileSync(join(folder, 'log.jsonl'), lines.join('\n'));
      return { label: '', folder, resources, identity: '', settings: [], finished: false };
    }),
  );
  const failed = new Set([runs[5]!.folder]);
  const judged = judge(candidates, runs, failed, 'PSNR');
  expect(judged.map(({ settings, validation }) => [settings[0], validation])).toEqual([
    ['model.options.groups=4', 33.75],
    ['model.options.groups=2', 32],
    ['model.options.groups=8', null],
  ]);
  expect(judged[0]!.seeds).toEqual([1, 2]);
  expect(judge(candidates, runs, new Set(), 'MRAE')[0]!.validation).toBeNull();
});
