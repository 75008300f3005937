import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, beforeEach, describe, expect, it, vi } from 'vitest';
import { parseOverride } from '../config/overrides.js';
import { identityOf } from '../sweep/identity.js';
import { loadProfile, loadTable, shippedTables } from './load-table.js';
import { planTable } from './plan-table.js';
import { profileNames } from './table-schema.js';

let folder = '';
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'prismamba tables '));
});
// What the environment of the machine says must not decide a test.
beforeEach(() => void vi.stubEnv('PRISMAMBA_DATA', undefined));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const request = { data: [], split: [], set: [], runs: 'runs' };

describe('every shipped table', () => {
  it.each(shippedTables())('%s is a valid table of valid experiments in every profile', async (name) => {
    const table = loadTable(name);
    for (const profile of profileNames) {
      const rows = await planTable(table, loadProfile(profile), request);
      const { groups, rows: chosen = table.file.rows } = table.file.profiles[profile];
      const count = groups?.length ?? Math.max(1, table.file.groups.length);
      expect(rows).toHaveLength(count * chosen.length);
      // Only synthetic scenes are always there.
      expect(rows.every(({ missing }) => (missing === undefined) === (profile === 'smoke'))).toBe(true);
    }
  });
});

const small = `
title: A small table
about: For tests.
experiment: quickstart
metrics: [{ name: PSNR, protocol: standard }]
rows:
  - { name: one, label: One, differs: nothing }
  - { name: two, label: Two, differs: one block, set: { model.options.widths: [31] } }
profiles: { full: { cost: none }, mini: { cost: none }, smoke: { cost: none } }
`;
const write = (name: string, text: string) => {
  const path = join(folder, name);
  writeFileSync(path, text);
  return path;
};
const plan = (text: string, set: readonly string[] = []) =>
  planTable(loadTable(write('small.yaml', text)), loadProfile('smoke'), {
    ...request,
    set: set.map(parseOverride),
  });

describe('bad input', () => {
  it.each([
    [
      'an unknown key',
      small.replace('differs: nothing', 'difers: nothing'),
      /^\/.*\/small\.yaml:7:\d+: rows\.0\.difers: unknown key, did you mean 'differs'\?/,
    ],
    [
      'two rows of one name',
      small.replace('name: two', 'name: one'),
      /small\.yaml:8:\d+: rows\.1\.name: 'one' is also the name of entry 1 of rows; names must differ/,
    ],
    [
      'a printed number of no metric',
      small.replace('differs: nothing', 'differs: nothing, paper: { PSNR: 1 }'),
      /rows\.0\.paper\.PSNR: there is no printed metric 'PSNR'/,
    ],
    [
      'a column that the protocol has not',
      small.replace('name: PSNR', 'name: PSMR'),
      /there is no column of the protocol standard 'PSMR', did you mean 'PSNR'\?/,
    ],
    [
      'a row of a profile that the table has not',
      small.replace('smoke: { cost: none }', 'smoke: { cost: none, rows: [one, tow] }'),
      /profiles\.smoke\.rows\.1: there is no row 'tow', did you mean 'two'\?/,
    ],
    [
      'an unknown experiment',
      small.replace('experiment: quickstart', 'experiment: quickstrat'),
      /Did you mean 'quickstart'\?/,
    ],
    [
      'a wrong setting of a row',
      small.replace('widths', 'widhts'),
      /small\.yaml:8:\d+: model\.options\.widhts: unknown key, did you mean 'widths'\?/,
    ],
    [
      'rows that compute the same',
      small.replace('[31]', '[10, 20, 31]'),
      /row 'two' computes the same as row 'one'/,
    ],
  ])('%s', async (_, text, message) => {
    await expect(async () => plan(text)).rejects.toThrow(message);
  });

  it('an unknown table: the nearest name', () => {
    expect(() => loadTable('gmsr-net-33')).toThrow(
      /there is no table 'gmsr-net-33'. Did you mean 'gmsr-net-3'\?/,
    );
  });

  it('an override of a key that the profile fixes, above or below it', async () => {
    await expect(plan(small, ['training.duration=1 steps'])).rejects.toThrow(
      /--set training\.duration=1 steps: the profile 'smoke' fixes training \(tables\/profiles\/smoke\.yaml:\d+:\d+\)/,
    );
    await expect(plan(small, ['report.scenes=2'])).rejects.toThrow(/fixes report/);
    expect(await plan(small, ['model.options.d_state=4'])).toHaveLength(2);
  });

  it('a circle in extends', async () => {
    mkdirSync(join(folder, 'circle'));
    const path = write('circle/a.yaml', 'extends: b.yaml\n');
    write('circle/b.yaml', 'extends: a.yaml\n');
    await expect(plan(small.replace('quickstart', path))).rejects.toThrow(
      /goes in a circle: a\.yaml -> b\.yaml -> a\.yaml/,
    );
  });
});

it('a row without its data says which data set, which option, and how to get it', async () => {
  const rows = await planTable(loadTable('gmsr-net-3'), loadProfile('mini'), request);
  expect(rows[0]!.missing).toMatch(/--data DIR or the environment variable PRISMAMBA_DATA/);
  const nowhere = await planTable(loadTable('gmsr-net-3'), loadProfile('mini'), {
    ...request,
    data: ['nowhere'],
  });
  expect(nowhere[0]!.missing).toMatch(/the folder 'nowhere' of the data set 'auto' does not exist/);
});

it('training data of another data set are found by the option of that data set', async () => {
  const data = [`cave=${folder}`];
  const rows = await planTable(loadTable('data-sets'), loadProfile('full'), { ...request, data });
  const inCave = (name: string) => rows.find((row) => row.group === 'cave' && row.name === name)!;
  expect(inCave('cave').missing).toBeUndefined();
  expect(inCave('cave').config.data.train_on).toMatchObject([{ source: 'cave', folder, split: 'gmsr-cave' }]);
  expect(inCave('harvard').missing).toContain(
    "no folder of the data set 'harvard' is named: --data harvard=DIR",
  );
});

it('where further training data lie changes no run, what they hold does', async () => {
  const row = (await planTable(loadTable('data-sets'), loadProfile('smoke'), request))[0]!;
  const at = (place: string) => {
    const entry = { source: 'cave' as const, folder: place, files: {}, synthetic: row.config.data.synthetic };
    return identityOf({ ...row.config, data: { ...row.config.data, train_on: ['own', entry] } });
  };
  const places = ['a', 'b'].map((name) => join(folder, name));
  for (const place of places) {
    mkdirSync(place);
    writeFileSync(join(place, 'scene.txt'), 'same');
  }
  const [a, b] = places as [string, string];
  expect(await at(a)).toBe(await at(b));
  writeFileSync(join(b, 'scene.txt'), 'another');
  expect(await at(a)).not.toBe(await at(b));
});

it('the same network under two names of its options is one run', async () => {
  const [three] = await planTable(loadTable('gmsr-net-2'), loadProfile('smoke'), request);
  const rows = await planTable(loadTable('gmsr-net-3'), loadProfile('smoke'), request);
  expect(rows[2]!.runs[0]!.identity).toBe(three!.runs[0]!.identity);
});

it('the table that docs/reproduce.md prints is valid', async () => {
  const page = readFileSync(new URL('../../../../docs/reproduce.md', import.meta.url), 'utf8');
  const [, yaml] = /```yaml\n([^]*?)```/.exec(page)!;
  expect(await plan(yaml!)).toHaveLength(2);
});
