import { expect, it } from 'vitest';
import { compare, complexityTable } from './complexity-table.js';
import { startBackend } from '../start-backend.js';

it('compares in the digits that are printed', () => {
  expect(compare('0.019', 0.018666)).toMatchObject({ ours: '0.019', same: true });
  expect(compare('3.9910', 3.993955)).toMatchObject({ ours: '3.9940', same: false });
  expect(compare('3.9910', 3.993955).difference).toBeCloseTo(0.002955, 6);
});

it('reproduces every printed number but those that papers.md explains', async () => {
  await startBackend('cpu');
  const rows = complexityTable();
  const name = (row: (typeof rows)[number]) => `${row.published.table}: ${row.published.row}`;
  expect(rows.filter((row) => !row.flops.same).map(name)).toEqual([
    'GMSR-Net, Table I: GMSR-Net',
    'GMSR-Net, Table III: n = 3 (widths 10, 20, 31)',
    'GMSR-Net, Table III: n = 5 (widths 6, 12, 18, 24, 31)',
    'M3SR, tables (by a third-party note): HSCNN+',
  ]);
  expect(rows.filter((row) => !row.parameters.same).map(name)).toEqual([
    'GMSR-Net, Table I: HRNet',
    'M3SR, tables (by a third-party note): HSCNN+',
  ]);
  for (const row of rows)
    if (!row.flops.same || !row.parameters.same) expect(row.published.note).toBeDefined();
});
