import { appendFileSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { availableParallelism, freemem, tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { launchLocal } from './launch-local.js';
import type { PlannedRun } from './planned-run.js';

/*
 * In place of the command line a program that notes its begin and its end, and says how far it is only after some time, as a training does
 * that must first read its data.
 */
const program = (log: string) => `
import { appendFileSync, readFileSync } from 'node:fs';
const [, , , , folder, , threads] = process.argv;
const note = (what) => appendFileSync(${JSON.stringify(log)}, JSON.stringify([what, folder, threads]) + '\\n');
note('begin');
await new Promise((resolve) => setTimeout(resolve, 200));
note('said');
process.stderr.write('{"event":"progress","label":"training","done":1,"total":2}\\n');
const met = () => folder !== 'meets b' || readFileSync(${JSON.stringify(log)}, 'utf8').includes('["begin","b"');
for (let i = 0; i < 600 && (i < 4 || !met()); i++) await new Promise((resolve) => setTimeout(resolve, 50));
note('end');
process.exitCode = folder === 'fails' ? 1 : 0;
`;

let folder = '';
let log = '';
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'prismamba local '));
  log = join(folder, 'log.jsonl');
  appendFileSync(log, '');
  writeFileSync(join(folder, 'program.mjs'), program(log));
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

const runOf = (name: string, needs: { threads?: number; bytes?: number } = {}): PlannedRun => ({
  label: name,
  folder: name,
  resources: (needs.bytes === undefined ? {} : { memory: { bytes: needs.bytes } }) as PlannedRun['resources'],
  ...(needs.threads === undefined ? {} : { threads: needs.threads }),
});
const launch = (runs: readonly PlannedRun[], jobs?: number) =>
  launchLocal(runs, {
    signal: new AbortController().signal,
    program: join(folder, 'program.mjs'),
    ...(jobs === undefined ? {} : { jobs }),
  });

/** Most runs, and most threads, that were in work at once. */
function atOnce() {
  let [runs, threads, mostRuns, mostThreads] = [0, 0, 0, 0];
  for (const line of readFileSync(log, 'utf8').trimEnd().split('\n')) {
    const [what, , setting] = JSON.parse(line) as [string, string, string];
    if (what === 'said') continue;
    const sign = what === 'begin' ? 1 : -1;
    runs += sign;
    threads += sign * Number(setting.replace('threads=', ''));
    [mostRuns, mostThreads] = [Math.max(mostRuns, runs), Math.max(mostThreads, threads)];
  }
  return { runs: mostRuns, threads: mostThreads };
}

const cores = availableParallelism();
const four = (needs?: { threads?: number; bytes?: number }) =>
  ['a', 'b', 'c', 'd'].map((name) => runOf(name, needs));

it('as many runs as cores, a thread each, and every run once in the given order', async () => {
  const outcomes = await launch(four({ bytes: 1 }));
  expect(outcomes.map(({ label, state }) => [label, state])).toEqual(
    ['a', 'b', 'c', 'd'].map((name) => [name, 'finished']),
  );
  expect(atOnce().runs).toBeLessThanOrEqual(Math.min(cores, 4));
  expect(atOnce().threads).toBeLessThanOrEqual(cores);
});

it.skipIf(cores < 2)('no more threads than cores: one that wants all of them runs alone', async () => {
  await launch([runOf('a', { bytes: 1, threads: cores }), ...four({ bytes: 1, threads: 1 })]);
  expect(atOnce().threads).toBe(cores);
});

it('one at a time shares its cores with nobody', async () => {
  await launch(four({ bytes: 1 }), 1);
  expect(atOnce()).toEqual({ runs: 1, threads: cores });
});

it('runs that want more memory than there is go one by one', async () => {
  await launch(four({ bytes: 2 * freemem() }));
  expect(atOnce().runs).toBe(1);
});

it.skipIf(cores < 2)('the memory of a run that has only begun is not promised to another', async () => {
  await launch(['meets b', 'b'].map((name) => runOf(name, { bytes: 0.55 * freemem() })));
  const notes = readFileSync(log, 'utf8').trimEnd().split('\n');
  const place = (what: string, name: string) =>
    notes.findIndex((line) => line.startsWith(JSON.stringify([what, name]).slice(0, -1)));
  expect(place('begin', 'b')).toBeGreaterThan(place('said', 'meets b'));
  // Nothing was really taken: the second had no need to wait for the end of the first.
  expect(atOnce().runs).toBe(2);
});

it('goes on after a run that failed, and gives its last words', async () => {
  const outcomes = await launch([runOf('fails', { bytes: 1 }), runOf('b', { bytes: 1 })], 1);
  expect(outcomes.map(({ state }) => state)).toEqual(['failed', 'finished']);
});
