import { appendFileSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { bundleCommandLine, removeBundle, start } from './testing/command-line.js';

const experiment = `
name: swept
title: A small one
about: For tests.
command: none
cost: seconds
expected: nothing
seed: 1
model: { name: gmsr-net, options: { widths: [6, 31], d_state: 2 } }
data: { source: synthetic, synthetic: { train: 2, test: 2, height: 16, width: 16, seed: 2 } }
patches: { size: 8, stride: 8 }
training: { duration: 3 steps, batch_size: 2, schedule: { learning_rate: 1e-3 } }
`;

let folder = '';
let cli = '';
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'prismamba sweep '));
  writeFileSync(join(folder, 'swept.yaml'), experiment);
  cli = bundleCommandLine();
});
afterAll(() => {
  rmSync(folder, { recursive: true, force: true });
  removeBundle(cli);
});
const prismamba = (...args: string[]) => start(process.execPath, [cli, ...args], folder).finished;
const sweep = (...args: string[]) => prismamba('sweep', 'swept.yaml', ...args);
const runs = () => readdirSync(join(folder, 'runs', 'swept'));

it('runs every combination, goes on after a failed run, and ends with a table and exit code 1', async () => {
  const { code, stdout, stderr } = await sweep(
    '--over',
    'training.schedule.learning_rate=1e-3,1e30',
    '--over',
    'seed=1,2',
  );
  expect(code).toBe(1);
  expect(runs()).toHaveLength(4);
  const rows = stdout.split('\n').filter((line) => line.includes('learning_rate='));
  expect(rows.map((row) => / (finished|failed) /.exec(row)?.[1])).toEqual([
    'finished',
    'finished',
    'failed',
    'failed',
  ]);
  expect(stderr).toMatch(
    /failed: training\.schedule\.learning_rate=1e30, seed=1\nerror: train: the loss of step \d is/,
  );
  expect(stderr).toMatch(/error: 2 of 4 runs failed; finished runs are kept/);
});

it('a run is done once: the same settings find it, a title changes nothing, another seed is another run', async () => {
  const again = await sweep('--over', 'seed=1,2', '--set', 'title=Other words', '--set', 'report.scenes=1');
  expect(again.code, again.stderr).toBe(0);
  expect(again.stderr).toContain('2 runs, 2 of them done before');
  expect(again.stdout.match(/done before/g)).toHaveLength(2);
  const more = await sweep('--over', 'seed=2,3', '--dry-run');
  const lines = more.stdout.trimEnd().split('\n');
  expect(lines.map((line) => line.split(/ {2,}/).slice(0, 2).join(' '))).toEqual([
    'done seed=2',
    'to do seed=3',
  ]);
});

it('runs lists them with their settings and scores', async () => {
  const all = await prismamba('runs', '--json');
  const listed = JSON.parse(all.stdout) as {
    state: string;
    seed: number;
    settings: string[];
    scores: { PSNR?: number };
  }[];
  expect(listed.map(({ state }) => state).sort()).toEqual(['failed', 'failed', 'finished', 'finished']);
  const one = await prismamba('runs', '--json', '--where', 'state=finished', '--where', 'seed=2');
  const [run, ...others] = JSON.parse(one.stdout) as typeof listed;
  expect(others).toEqual([]);
  expect(run!.settings).toEqual(['training.schedule.learning_rate=1e-3', 'seed=2']);
  expect(run!.scores.PSNR).toBeGreaterThan(0);
  expect((await prismamba('runs')).stdout).toMatch(/failed[^]*learning_rate=1e30/);
  const wrong = await prismamba('runs', '--where', 'stat=finished');
  expect(wrong.stderr).toContain("unknown key 'stat', did you mean 'state'?");
});

it('a run that was changed by hand is refused by name', async () => {
  const finished = runs().filter((name) =>
    readdirSync(join(folder, 'runs', 'swept', name)).includes('finished.json'),
  );
  expect(finished).toHaveLength(2);
  const path = join(folder, 'runs', 'swept', finished[0]!, 'scores.json');
  const before = readFileSync(path);
  appendFileSync(path, '\n');
  const { code, stderr } = await sweep('--over', 'seed=1,2');
  writeFileSync(path, before);
  expect(code).toBe(1);
  expect(stderr).toMatch(/was changed after the run ended: scores\.json has other bytes/);
});

it('says what is wrong before anything runs', async () => {
  const before = runs().length;
  for (const [args, message, wanted] of [
    [['--over', 'training.bach_size=1,2'], /training\.bach_size: unknown key, did you mean 'batch_size'/, 1],
    [['--over', 'title=a,b'], /two runs of the sweep are the same: title=a and title=b/, 1],
    [[], /nothing is varied/, 2],
    [['--over', 'seed=uniform(1, 2)'], /say how many draws: --random N/, 2],
  ] as const) {
    const { code, stderr } = await sweep(...args);
    expect(code).toBe(wanted);
    expect(stderr).toMatch(message);
  }
  expect(runs()).toHaveLength(before);
});
