import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { sampleTable } from '../testing/sample-table.js';
import { tableAblation, tableComparisons } from './table-figures.js';
import { readTable, writeTablePage } from './write-table-page.js';

let folder = '';
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'prismamba table '));
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

describe('the page of a table', () => {
  it('holds picture, numbers, tests over scenes and where they come from, in one file', async () => {
    const path = await writeTablePage(sampleTable(), folder);
    const text = readFileSync(path, 'utf8');
    expect(text).toContain('<h1>A sample &lt;table&gt;</h1>');
    expect(text.indexOf('<svg'), 'the picture comes before the table').toBeLessThan(
      text.indexOf('The table'),
    );
    for (const part of [
      'More blocks are better here.',
      'place in the paper',
      'In print: a header is wrong',
      'prismamba reproduce sample --profile mini',
      'c0ffee00c0ffee00',
      'color-scheme: light dark',
      // Six scenes of the same sign: 2 / 2^6, twice that by Holm for two comparisons.
      '0.031',
      '0.063',
    ])
      expect(text).toContain(part);
    expect(text, 'nothing is loaded').not.toMatch(/(?:src|href)="https?:|<script|@import|url\(http/);
  });

  it('leaves each figure as SVG, PNG, specification and data', () => {
    const files = readdirSync(join(folder, 'figures'));
    const names = [...new Set(files.map((file) => file.split('.')[0]!))];
    expect(names.sort()).toEqual([
      'ablation-mrae',
      'ablation-psnr',
      'curves',
      'scene-differences',
      'score-against-cost',
      'score-against-cost-printed',
    ]);
    for (const name of names) {
      for (const ending of ['svg', 'png', 'vl.json', 'csv']) expect(files).toContain(`${name}.${ending}`);
    }
    const csv = readFileSync(join(folder, 'figures', 'ablation-psnr.csv'), 'utf8');
    const [head, ...lines] = csv.trimEnd().split('\n');
    expect(head).toBe('row,seed,value,mean,low,high');
    expect(lines).toHaveLength(6);
    expect(
      readFileSync(join(folder, 'figures', 'curves.png'))
        .subarray(1, 4)
        .toString(),
    ).toBe('PNG');
  });

  it('the spread over seeds is that of the table', () => {
    const table = sampleTable();
    const spec = tableAblation(table, table.metrics[0]!)!;
    const { values } = spec.data as { values: { mean?: number; low?: number; high?: number }[] };
    const { mean, spread } = table.rows[0]!;
    expect(values[0]!.mean).toBeCloseTo(mean['PSNR']!, 10);
    expect(values[0]!.high! - values[0]!.low!).toBeCloseTo(2 * spread['PSNR']!, 10);
    expect(values[1]!.mean, 'once a row').toBeUndefined();
  });

  it('compares with the best row over scenes, seeds averaged; a row of other scenes is left out', () => {
    const table = sampleTable();
    const [comparison] = tableComparisons(table, table.metrics[0]!);
    expect(comparison).toMatchObject({ reference: 'three blocks of the network', scenes: 6 });
    expect(comparison!.rows.map(({ label, pairs, effect }) => [label, pairs, effect])).toEqual([
      ['two blocks of the network', 6, -1],
      ['one blocks of the network', 6, -1],
    ]);
    expect(comparison!.rows[1]!.medianDifference).toBeCloseTo(-2, 10);
    // MRAE is better when smaller: the same row is the best.
    expect(tableComparisons(table, table.metrics[1]!)[0]!.reference).toBe('three blocks of the network');
    for (const run of table.rows[1]!.runs) run.scenes[0]!.id = 'another';
    expect(tableComparisons(table, table.metrics[0]!)[0]!.rows).toHaveLength(1);
  });

  it('says that it is not complete, and draws what is there', async () => {
    const table = sampleTable();
    const bare = {
      ...table.rows[2]!,
      runs: [],
      mean: {},
      spread: {},
      missing: [{ seed: 1, reason: 'was not run' }],
    };
    const rows = [table.rows[0]!, table.rows[1]!, bare];
    const rest = { ...table };
    delete rest.conclusion;
    const text = readFileSync(await writeTablePage({ ...rest, rows, complete: false }, folder), 'utf8');
    expect(text).toContain('Not complete: 1 runs are missing');
    expect(text).toContain('MISSING: three blocks of the network, seed 1: was not run');
    const empty = { ...rest, rows: rows.map(() => bare), complete: false };
    expect(readFileSync(await writeTablePage(empty, folder), 'utf8')).toContain(
      'No run of this table is finished',
    );
  });
});

describe('reading a table', () => {
  it('gives back what was written, and says what is wrong with another file', () => {
    expect(() => readTable(folder)).toThrow(/has no table\.json; 'prismamba reproduce' writes one/);
    const path = join(folder, 'table.json');
    writeFileSync(path, JSON.stringify(sampleTable()));
    expect(readTable(folder)).toEqual(sampleTable());
    writeFileSync(path, '{"format": ');
    expect(() => readTable(folder)).toThrow(/table\.json: not valid JSON/);
    writeFileSync(path, JSON.stringify({ ...sampleTable(), format: 'prismamba table 2' }));
    expect(() => readTable(folder)).toThrow(/no table of this version: [^]*format/);
    expect(existsSync(path)).toBe(true);
  });
});
