import { appendFileSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { tableResultSchema } from './tables/table-result.js';
import { bundleCommandLine, start } from './testing/command-line.js';
import { runHere } from './testing/run-here.js';

const table = `
title: A small table
about: For tests.
paper: { title: A paper, table: Table I }
experiment: ./plain.yaml
metrics:
  - { name: PSNR, label: PSNR (dB), protocol: standard, printed: true }
  - { name: SAM, protocol: standard }
rows:
  - { name: one, label: One block, differs: widths 31, set: { model.options.widths: [31] }, paper: { PSNR: 39.07 } }
  - { name: two, label: Two blocks, differs: 'widths 6, 31', set: { model.options.widths: [6, 31] }, paper: { PSNR: 40.72 } }
profiles:
  full: { cost: none }
  mini: { cost: none }
  smoke: { cost: seconds, conclusion: The longer one is longer. }
`;

/** Nobody reads the reports of these runs. */
const plain = 'extends: quickstart\nname: plain\nreport: { html: false }\n';

let folder = '';
let cli = '';
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'prismamba reproduce '));
  writeFileSync(join(folder, 'plain.yaml'), plain);
  writeFileSync(join(folder, 'small.yaml'), table);
  const wrong = table.replace('[6, 31]', '[6, 31], training.schedule.learning_rate: 1.0e+30');
  writeFileSync(join(folder, 'diverging.yaml'), wrong);
  cli = bundleCommandLine();
});
afterAll(() => {
  rmSync(folder, { recursive: true, force: true });
});
const prismamba = (...args: string[]) => runHere(args, folder);
const reproduce = (...args: string[]) => prismamba('reproduce', ...args, '--profile', 'smoke');
/** A table that trains: its runs are started as processes of the same program. */
const training = (...args: string[]) =>
  start(process.execPath, [cli, 'reproduce', ...args, '--profile', 'smoke'], folder).finished;
const runs = () => readdirSync(join(folder, 'runs', 'reproduce'));
const resultOf = (name: string) => {
  const text = readFileSync(join(folder, 'results', name, 'smoke', 'table.json'), 'utf8');
  return tableResultSchema.parse(JSON.parse(text));
};

it('makes a table of every row and seed, and says what its numbers are not', async () => {
  const { code, stdout, stderr } = await training('small.yaml', '--seeds', '1,2');
  expect(code, stderr).toBe(0);
  expect(runs()).toHaveLength(4);
  const result = resultOf('small');
  expect(result).toMatchObject({
    table: 'small',
    complete: true,
    seeds: [1, 2],
    conclusion: 'The longer one is longer.',
  });
  for (const row of result.rows) {
    expect(row.comparable).toBe(false);
    expect(row.runs.map(({ seed, steps, scenes }) => [seed, steps, scenes.length])).toEqual([
      [1, 2, 2],
      [2, 2, 2],
    ]);
    const [a, b] = row.runs.map(({ scores }) => scores['standard']!['PSNR']!) as [number, number];
    expect(a).not.toBe(b);
    expect(row.mean['PSNR']).toBeCloseTo((a + b) / 2, 10);
    expect(row.spread['PSNR']).toBeCloseTo(Math.abs(a - b) / Math.SQRT2, 10);
    expect(row.runs[0]!.curve.map(({ step }) => step)).toEqual([1, 2]);
  }
  expect(result.rows[0]!.parameters).toBe(25_053); // as Table III of GMSR-Net prints for one block
  // Numbers of a smoke run beside those of a paper would be compared: only places are shown.
  const page = readFileSync(join(folder, 'results', 'small', 'smoke', 'table.md'), 'utf8');
  for (const text of [stdout, page]) {
    expect(text).toContain('place in the paper');
    expect(text).not.toContain('39.07');
    expect(text).toContain('The numbers mean nothing');
  }
  expect(page).not.toContain(folder);
  expect(readFileSync(join(folder, 'results', 'small', 'smoke', 'table.tex'), 'utf8')).toContain('\\toprule');
});

it('computes nothing twice, also for another table; a dry run computes nothing', async () => {
  const again = await reproduce('small.yaml', '--seeds', '1,2');
  expect(again.stderr).toContain('4 runs, 4 done before');
  writeFileSync(join(folder, 'other.yaml'), table.replace('A small table', 'The same with other words'));
  const other = await training('other.yaml', '--seeds', '2,3', '--dry-run');
  expect(other.code).toBe(0);
  expect(other.stdout).toMatch(
    /done +one seed 2 [^]*to do +one seed 3 +about [^]* s \(2 steps of \S+ s\), \d\.\d GB [^]*done +two seed 2 [^]*to do +two seed 3 [^]*by one measured step/,
  );
  expect(runs()).toHaveLength(4);
});

it('a table with a failed row is written, says what is missing, and ends with exit code 1', async () => {
  const { code, stdout, stderr } = await training('diverging.yaml');
  expect(code).toBe(1);
  expect(stdout).toMatch(/MISSING: Two blocks, seed 1: error: train: the loss of step \d/);
  expect(stderr).toMatch(/error: the table is not complete: 1 of 2 runs are missing/);
  const result = resultOf('diverging');
  expect(result.complete).toBe(false);
  expect(result.conclusion).toBeUndefined();
  expect(result.rows.map(({ runs: done, missing }) => [done.length, missing.length])).toEqual([
    [1, 0],
    [0, 1],
  ]);
});

it('choosing on test scenes is possible under that name only, and stands in the caveats', async () => {
  const chosen = table.replace('[31] }', '[31], training.validation.selection: test }');
  writeFileSync(join(folder, 'chosen.yaml'), chosen);
  const { code, stdout, stderr } = await training('chosen.yaml');
  expect(code, stderr).toBe(0);
  const { caveats, rows } = resultOf('chosen');
  expect(caveats.at(-1)).toMatch(/^The weights of one are chosen on the TEST scenes \(selection: test\)/);
  expect(stdout).toContain(caveats.at(-1));
  expect(rows.map(({ runs: [run] }) => / on the (\w+) scenes/.exec(run!.weights)?.[1])).toEqual([
    'TEST',
    'validation',
  ]);
  // The score that chose is the score of the table.
  const [run] = rows[0]!.runs;
  expect(run!.curve.at(-1)!.validation).toBeCloseTo(run!.scores['standard']!['PSNR']!, 6);
});

it('a run folder that was changed by hand is refused by name', async () => {
  const { identity } = resultOf('small').rows[0]!.runs[0]!;
  const path = join(folder, 'runs', 'reproduce', identity.slice(0, 12), 'scores.json');
  const before = readFileSync(path);
  appendFileSync(path, '\n');
  const { code, stderr } = await reproduce('small.yaml');
  writeFileSync(path, before);
  expect(code).toBe(1);
  expect(stderr).toMatch(/was changed after the run ended: scores\.json has other bytes/);
});

it('says what is wrong before anything runs', async () => {
  const before = runs().length;
  for (const [args, message, wanted] of [
    [['gmsr-net-33'], /there is no table 'gmsr-net-33'\. Did you mean 'gmsr-net-3'/, 1],
    [['small.yaml', '--seeds', '1,1'], /--seeds 1,1: wanted different whole numbers/, 2],
    [['small.yaml', '--set', 'training.duration=9 steps'], /the profile 'smoke' fixes training/, 2],
  ] as const) {
    const { code, stderr } = await reproduce(...args);
    expect(stderr).toMatch(message);
    expect(code).toBe(wanted);
  }
  const missing = await prismamba('reproduce', 'gmsr-net-3', '--profile', 'mini');
  expect(missing.code).toBe(1);
  expect(missing.stderr).toMatch(/nothing can be run:\nno folder of scenes is named: --data DIR/);
  expect(runs()).toHaveLength(before);
});

it('tables lists them with state, cost and what is missing', async () => {
  const { stdout } = await prismamba('tables', '--json');
  const listed = JSON.parse(stdout) as { table: string; state: string; runs: number; missing: string[] }[];
  const three = listed.find((item) => item.table === 'gmsr-net-3')!;
  expect(three).toMatchObject({ state: 'data missing', runs: 10 });
  expect(three.missing[0]).toMatch(/--data DIR/);
  expect((await prismamba('tables', '--profile', 'smoke')).stdout).toMatch(/gmsr-net-3[^]*0 of 5[^]*to do/);
});
