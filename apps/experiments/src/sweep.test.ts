import { appendFileSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import type { SceneFigure } from './run/scene-figures.js';
import { bundleCommandLine, start } from './testing/command-line.js';
import { runHere } from './testing/run-here.js';

const experiment = `
name: swept
title: A small one
about: For tests.
command: none
cost: seconds
expected: nothing
seed: 1
model: { name: edsr, options: { blocks: 1, width: 8 } }
data: { source: synthetic, synthetic: { train: 2, test: 2, height: 16, width: 16, seed: 2 } }
patches: { size: 8, stride: 8 }
training: { duration: 3 steps, batch_size: 2, schedule: { learning_rate: 1e-3 } }
report: { html: false }
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
});
const prismamba = (...args: string[]) => runHere(args, folder);
const sweep = (...args: string[]) => prismamba('sweep', 'swept.yaml', ...args);
/** A sweep that trains: its runs are started as processes of the same program. */
const training = (...args: string[]) =>
  start(process.execPath, [cli, 'sweep', 'swept.yaml', ...args], folder).finished;
const runs = () => readdirSync(join(folder, 'runs', 'swept'));

it('runs every combination, goes on after a failed run, and ends with a table and exit code 1', async () => {
  const { code, stdout, stderr } = await training(
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

it('compare takes the folder of the sweep, leaves failed runs out aloud, and writes its page', async () => {
  const { code, stdout, stderr } = await prismamba('compare', 'runs/swept', '--html', 'compare.html');
  expect(code, stderr).toBe(0);
  expect(stderr.match(/left out: .* is not finished \(failed: train: the loss of step/g)).toHaveLength(2);
  expect(stdout).toMatch(/seed=1 .*EDSR/);
  expect(stdout).toContain('2 scenes cannot give p < 0.05 for 2 runs');
  expect(readFileSync(join(folder, 'compare.html'), 'utf8')).toContain('2 runs compared: PSNR');
  const json = await prismamba('compare', 'swept', '--json', '--metric', 'SAM');
  const compared = JSON.parse(json.stdout) as { differences: { seed: number[] } };
  expect(compared).toMatchObject({ metric: 'SAM', better: 'smaller' });
  expect(Object.keys(compared.differences)).toEqual(['seed']);
  expect([...compared.differences.seed].sort()).toEqual([1, 2]);
  const wrong = await prismamba('compare', 'swepd');
  expect(wrong.code).toBe(2);
  expect(wrong.stderr).toContain("Did you mean 'swept'?");
});

it('figure draws maps and spectra of a scene from the weights of the runs', async () => {
  const scene = ['--scene', 'synthetic-test-000', '--out', 'drawn'];
  const maps = await prismamba('figure', 'maps', 'swept', ...scene, '--wavelength', '547');
  expect(maps.code, maps.stderr).toBe(0);
  const name = join(folder, 'drawn', 'maps-synthetic-test-000-550nm');
  const drawn = JSON.parse(readFileSync(`${name}.json`, 'utf8')) as {
    runs: Record<string, string>;
    maps: { run: string; wavelength: number; meanAbsoluteError: number }[];
  };
  expect(drawn.maps.map(({ run }) => run).sort()).toEqual(['seed=1', 'seed=2']);
  // The weights and the scene are those of the training: so are the errors, to the last bit.
  for (const { run, wavelength, meanAbsoluteError } of drawn.maps) {
    const figures = JSON.parse(
      readFileSync(join(folder, drawn.runs[run]!, 'figures', 'scenes.json'), 'utf8'),
    ) as SceneFigure[];
    const own = figures[0]!.errorMaps.find((map) => map.wavelength === wavelength);
    expect([figures[0]!.scene, meanAbsoluteError]).toEqual(['synthetic-test-000', own!.mean]);
  }
  expect(readFileSync(`${name}.svg`, 'utf8').match(/<image /g)).toHaveLength(8);
  expect(readFileSync(`${name}.png`).subarray(1, 4).toString()).toBe('PNG');
  const spectra = await prismamba('figure', 'spectra', 'swept', ...scene, '--seed', '7', '--pixels', '2');
  expect(spectra.code, spectra.stderr).toBe(0);
  const csv = readFileSync(join(folder, 'drawn', 'spectra-synthetic-test-000-seed-7.csv'), 'utf8');
  expect(csv.trimEnd().split('\n')).toHaveLength(1 + 2 * 3 * 31);
  for (const [args, message] of [
    [['--scene', 'synthetic-test-01'], /no such scene, did you mean 'synthetic-test-001'\?/],
    [['--scene', 'synthetic-test-001', '--wavelength', '900'], /the scene has bands from 400 to 700 nm/],
  ] as const) {
    const { code, stderr } = await prismamba('figure', 'maps', 'swept', ...args);
    expect(code).toBe(2);
    expect(stderr).toMatch(message);
  }
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

it('halving trains all briefly, goes on with the best on the validation scenes, and trains the last in full', async () => {
  const validation = ['--set', 'data.validation=1', '--set', 'training.validation={ every: 2 steps }'];
  const axes = ['--over', 'training.schedule.learning_rate=1e-3,2e-3,1e30'];
  const longer = ['--set', 'training.duration=4 steps', '--set', 'name=halved'];
  const args = [...axes, ...longer, ...validation, '--halving', '2'];
  const plan = await sweep(...args, '--dry-run');
  expect(plan.code, plan.stderr).toBe(0);
  expect(plan.stderr).toContain('round 1 of 3: 3 candidates, 1 steps each');
  expect(plan.stderr).toContain('then the best 1/2 of each round, with 2 steps, 4 steps');

  const { code, stdout, stderr } = await training(...args, '--json');
  expect(code, stderr).toBe(1);
  const { rounds, chosen } = JSON.parse(stdout) as {
    rounds: {
      duration: string;
      kept: number;
      candidates: { settings: string[]; validation: number | null }[];
    }[];
    chosen: string[];
  };
  expect(rounds.map(({ duration }) => duration)).toEqual(['1 steps', '2 steps', '4 steps']);
  expect(rounds.map(({ candidates }) => candidates.length)).toEqual([3, 2, 1]);
  expect(rounds.map(({ kept }) => kept)).toEqual([2, 1, 1]);
  for (const { candidates, kept } of rounds) {
    const values = candidates.map(({ validation }) => validation ?? -Infinity);
    expect(values).toEqual([...values].sort((a, b) => b - a));
    expect(candidates.slice(0, kept).every(({ validation }) => validation !== null)).toBe(true);
  }
  expect(rounds[2]!.candidates[0]!.settings).toEqual(chosen);
  // The one that diverges is out at once.
  expect(rounds[0]!.candidates.at(-1)).toMatchObject({
    settings: [axes[1]!.replace('1e-3,2e-3,', '')],
    validation: null,
  });
});

it('halving says what it needs', async () => {
  const axis = ['--over', 'training.schedule.learning_rate=1e-3,2e-3', '--halving'];
  const validation = ['--set', 'data.validation=1', '--set', 'training.validation={ every: 2 steps }'];
  expect((await sweep(...axis, '2')).stderr).toContain("'swept' has no validation; set training.validation");
  expect((await sweep(...axis, '1', ...validation)).stderr).toContain(
    '--halving 1: wanted a whole number of 2 or more',
  );
  expect((await sweep('--over', 'seed=1,2', '--halving', '2', ...validation)).stderr).toContain(
    'only the seed is varied',
  );
  const short = await sweep(
    '--over',
    'training.schedule.learning_rate=1e-3,2e-3,3e-3,4e-3,5e-3',
    '--halving',
    '2',
    ...validation,
  );
  expect(short.stderr).toContain('5 candidates take 4 rounds, and 3 steps leave nothing for the first');
});
