import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import { parse } from 'yaml';
import { loadExperiment } from '../config/load-experiment.js';
import { shippedExperiments } from '../config/shipped.js';
import { program } from '../program.js';

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'prismamba-init-'));
  vi.spyOn(process.stdout, 'write').mockReturnValue(true);
});
afterEach(() => {
  vi.restoreAllMocks();
  rmSync(folder, { recursive: true, force: true });
});
const init = (...args: string[]) => program().parseAsync(['init', ...args], { from: 'user' });

it('writes an experiment that computes what the quickstart does, with a word about the keys of the first two levels', async () => {
  const file = join(folder, 'mine.yaml');
  await init(file);
  const text = readFileSync(file, 'utf8');
  expect(text.split('\n')[0]).toBe('# yaml-language-server: $schema=./experiment.schema.json');
  const own = (await loadExperiment(file)).config;
  const shipped = (await loadExperiment('quickstart')).config;
  expect(own.name).toBe('mine');
  expect({ ...own, name: '', title: '', about: '', command: '', cost: '', expected: '' }).toEqual({
    ...shipped,
    ...{ name: '', title: '', about: '', command: '', cost: '', expected: '' },
  });
  const lines = text.split('\n');
  const keys = lines.flatMap((line, index) => (/^(?:  )?[a-z_]+:( |$)/.test(line) ? [index] : []));
  expect(keys.length).toBeGreaterThan(15);
  expect(keys.filter((index) => !/^ *# \S/.test(lines[index - 1]!)).map((index) => lines[index])).toEqual([]);
});

it('writes the schema beside it', async () => {
  await init(join(folder, 'mine.yaml'));
  const schema = JSON.parse(readFileSync(join(folder, 'experiment.schema.json'), 'utf8')) as {
    properties: object;
  };
  expect(Object.keys(schema.properties)).toContain('training');
});

it.each(shippedExperiments())('starts from %s', async (name) => {
  const file = join(folder, 'mine.yaml');
  await init(file, '--from', name);
  const text = readFileSync(file, 'utf8');
  expect(Object.keys(parse(text) as object).slice(0, 2)).toEqual(['name', 'title']);
  const [own, shipped] = [await loadExperiment(file), await loadExperiment(name)];
  expect(own.config.name).toBe('mine');
  // Also what a page takes from those that it builds on.
  expect(own.config.training).toEqual(shipped.config.training);
  expect(own.config.model).toEqual(shipped.config.model);
  expect(own.config.data).toEqual(shipped.config.data);
});

it('leaves a file that is there', async () => {
  const file = join(folder, 'mine.yaml');
  writeFileSync(file, 'mine');
  await expect(init(file)).rejects.toThrow(/mine\.yaml: is there already; name another file/);
  expect(readFileSync(file, 'utf8')).toBe('mine');
});

it.each([
  [['mine.txt'], /an experiment is a \.yaml file/],
  [['mine.yaml', '--from', 'quikstart'], /Did you mean 'quickstart'/],
])('%j is refused', async ([name, ...rest], message) => {
  await expect(init(join(folder, name!), ...rest)).rejects.toThrow(message);
});
