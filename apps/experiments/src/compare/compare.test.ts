import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { comparisonPage } from './comparison-page.js';
import { comparisonNotes, differencesText, pairedText, scoresText } from './comparison-text.js';
import { compareRuns, comparisonJson } from './comparison.js';
import { findRuns } from './find-runs.js';
import { openRuns } from './open-runs.js';

let out = '';
beforeAll(() => {
  out = mkdtempSync(join(tmpdir(), 'prismamba compare '));
});
afterAll(() => rmSync(out, { recursive: true, force: true }));

const SCENES = ['a', 'b', 'c', 'd', 'e', 'f'];

interface Made {
  readonly rate?: number;
  readonly seed?: number;
  readonly scenes?: readonly string[];
  readonly gain?: number;
  readonly synthetic?: number;
  readonly state?: 'finished' | 'failed';
}

/** A run folder as training leaves it, as far as a comparison reads it. */
function makeRun(name: string, made: Made = {}): string {
  const { rate = 1e-3, seed = 1, scenes = SCENES, gain = 0, synthetic, state = 'finished' } = made;
  const folder = join(out, 'runs', 'made', name);
  mkdirSync(join(folder, 'figures'), { recursive: true });
  const data =
    synthetic === undefined ? '{ source: auto, folder: x }' : `{ synthetic: { seed: ${synthetic} } }`;
  writeFileSync(
    join(folder, 'experiment.yaml'),
    `title: ${name}\nthreads: 1\nseed: ${seed}\ndata: ${data}\ntraining: { schedule: { learning_rate: ${rate} } }\n`,
  );
  const steps = [1, 2, 3].map((step) => JSON.stringify({ event: 'step', step, loss: 1 / step }));
  if (state === 'failed') {
    writeFileSync(
      join(folder, 'log.jsonl'),
      `${steps[0]}\n{"event":"failed","message":"the disk is full"}\n`,
    );
    return folder;
  }
  writeFileSync(join(folder, 'log.jsonl'), `${steps.join('\n')}\n`);
  const scored = scenes.map((scene, k) => ({
    scene,
    seconds: 1,
    scores: { standard: { PSNR: 30 + k + gain, MRAE: 0.2 - gain / 100 } },
  }));
  const mean = { standard: { PSNR: 30 + (scenes.length - 1) / 2 + gain, MRAE: 0.2 - gain / 100 } };
  const summary = {
    model: 'GMSR-Net',
    seed,
    steps: 3,
    overrides: [],
    synthetic: synthetic !== undefined,
    data: 'made up',
    rgb: 'none',
    weights: 'last',
    environment: { commit: null },
  };
  const models = [{ model: 'gmsr-net', title: 'GMSR-Net', parameters: 7, mean, scenes: scored }];
  writeFileSync(join(folder, 'scores.json'), JSON.stringify({ summary, models }));
  writeFileSync(join(folder, 'figures', 'scenes.json'), '[]');
  writeFileSync(join(folder, 'figures', 'band-errors.json'), '[]');
  return folder;
}

const options = { protocol: 'standard', metric: 'PSNR', against: 'best' } as const;

describe('a comparison', () => {
  it('labels runs by what differs, tests against the best, and marks it where the scenes bear it out', async () => {
    const folders = [makeRun('one', { rate: 1e-3 }), makeRun('two', { rate: 4e-3, gain: 2 })];
    const comparison = compareRuns(openRuns(folders), options);
    expect([...comparison.differences]).toEqual([['training.schedule.learning_rate', ['0.001', '0.004']]]);
    const { head, rows } = scoresText(comparison);
    expect(head.slice(5)).toEqual(['PSNR', 'MRAE']);
    expect(rows.map((row) => [row[0], row[5], row[6]])).toEqual([
      ['learning_rate=0.004', '34.50 *', '0.1800 *'],
      ['learning_rate=0.001', '32.50', '0.2000'],
    ]);
    expect(pairedText(comparison).rows).toEqual([
      ['learning_rate=0.001', '-2.00', '0.031', '0.031', '-1.00', '6'],
    ]);
    expect(comparisonNotes(comparison).paired).toContain('the run with the best mean');
    expect(differencesText(comparison).head).toEqual(['run', 'training.schedule.learning_rate']);
    const text = (await comparisonPage(comparison)).text;
    expect(text.indexOf('<svg')).toBeLessThan(text.indexOf('Scores'));
    expect(text).toContain('learning_rate=0.004');
  });

  it('against the first; as JSON', () => {
    const folders = [makeRun('one', { rate: 1e-3 }), makeRun('two', { rate: 4e-3, gain: 2 })];
    const json = comparisonJson(compareRuns(openRuns(folders), { ...options, against: 'first' }));
    expect(json.paired).toMatchObject({
      reference: 'learning_rate=0.001',
      rule: 'first',
      correction: 'Holm',
    });
    expect(json.paired.rows[0]).toMatchObject({ run: 'learning_rate=0.004', medianDifference: 2, effect: 1 });
    expect(json.differences).toEqual({ 'training.schedule.learning_rate': [0.001, 0.004] });
    expect(JSON.parse(JSON.stringify(json))).toEqual(json);
  });

  it('pairs scenes by name, whatever their order', () => {
    const folders = [makeRun('one', { rate: 1 }), makeRun('two', { rate: 2, scenes: [...SCENES].reverse() })];
    const [first, second] = openRuns(folders);
    expect(second!.own.scenes.map(({ scene }) => scene)).toEqual(first!.own.scenes.map(({ scene }) => scene));
    expect(second!.own.scenes[0]!.scores['standard']!['PSNR']).toBe(35);
  });

  it('runs of the same settings are told apart by their folder', () => {
    const runs = openRuns([makeRun('one'), makeRun('two')]);
    expect(runs.map(({ label }) => label)).toEqual([join('made', 'one'), join('made', 'two')]);
  });
});

describe('what cannot be compared', () => {
  it('one run only, none', () => {
    expect(() => openRuns([makeRun('one')])).toThrow(/one finished run, '.*one': name at least two/);
    expect(() => openRuns([])).toThrow(/no finished run: name at least two/);
  });
  it('different test scenes: says which', () => {
    const folders = [makeRun('one'), makeRun('two', { scenes: ['a', 'b', 'x'] })];
    expect(() => openRuns(folders)).toThrow(
      /'.*two' lacks c, d, e, f and has x\. Score both on the same scenes/,
    );
  });
  it('synthetic scenes of other seeds have the same names', () => {
    const folders = [makeRun('one', { synthetic: 1 }), makeRun('two', { synthetic: 2 })];
    expect(() => openRuns(folders)).toThrow(
      /different synthetic scenes: data\.synthetic\.seed is 1 in .* and 2 in/,
    );
  });
  it('a metric or protocol that the runs have not', () => {
    const runs = openRuns([makeRun('one'), makeRun('two', { rate: 2 })]);
    expect(() => compareRuns(runs, { ...options, metric: 'PNSR' })).toThrow(
      /--metric PNSR: .* did you mean 'PSNR'\?/,
    );
    expect(() => compareRuns(runs, { ...options, protocol: 'standart' })).toThrow(
      /did you mean 'standard'\?/,
    );
  });
});

describe('findRuns', () => {
  it('takes folders, folders of runs, names and patterns, each run once; unfinished ones are named', () => {
    rmSync(join(out, 'runs'), { recursive: true, force: true });
    const [one, two] = [makeRun('one'), makeRun('two')];
    const failed = makeRun('bad', { state: 'failed' });
    const runs = join(out, 'runs');
    const sweep = findRuns([join(runs, 'made')], runs);
    expect([...sweep.folders].sort()).toEqual([one, two].sort());
    expect(sweep.leftOut).toEqual([`'${failed}' is not finished (failed: the disk is full)`]);
    expect(findRuns([one, 'made', 'made/t*'], runs).folders).toHaveLength(2);
    expect(findRuns(['t?o'], runs).folders).toEqual([two]);
    expect(() => findRuns([failed], runs)).toThrow(
      /not finished \(failed: the disk is full\); go on with it first/,
    );
    expect(() => findRuns(['mode'], runs)).toThrow(/there is no run 'mode'.*Did you mean 'made'\?/);
  });
});
