import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { writeFileAtomic } from '@prismamba/formats/node';
import type { TopLevelSpec } from 'vega-lite';
import { onPaper, renderChart } from '../report/render-chart.js';
import type { ComplexityTableRow } from './complexity-table.js';

const giga = (macs: number) => (macs / 1e9).toFixed(3);

/** Rows as records for CSV and JSON. */
function records(rows: readonly ComplexityTableRow[]) {
  return rows.map(({ published, report, parameters, flops }) => ({
    table: published.table,
    row: published.row,
    model: published.model,
    size: `${published.height}x${published.width}`,
    parametersPaperM: parameters.paper,
    parametersOursM: parameters.ours,
    parametersSame: parameters.same,
    flopsPaperG: flops.paper,
    flopsOursG: flops.ours,
    flopsSame: flops.same,
    flopsDifferenceG: Number(flops.difference.toFixed(4)),
    honestParameters: report.parameters,
    unusedParameters: report.unusedParameters,
    honestMacsG: giga(report.totalMacs),
    scanMacsG: giga(report.macs.scan),
    note: published.note ?? '',
  }));
}

type ComplexityRecord = ReturnType<typeof records>[number];

function markdown(rows: readonly ComplexityRecord[]): string {
  const mark = (paper: string, ours: string, same: boolean) =>
    `${paper} | ${ours} | ${same ? 'same digits' : 'differs'}`;
  const lines = rows.map(
    (r) =>
      `| ${r.table}: ${r.row} | ${mark(r.parametersPaperM, r.parametersOursM, r.parametersSame)} | ` +
      `${mark(r.flopsPaperG, r.flopsOursG, r.flopsSame)} | ${r.honestParameters.toLocaleString('en')} | ` +
      `${r.honestMacsG} | ${r.scanMacsG} | ${r.note} |`,
  );
  return [
    '# Params and FLOPs of the papers, counted again',
    '',
    'Columns "ours" follow the papers\' own convention (a profiler that hooks modules: no scan, no einsum; MACs in GMSR-Net,',
    'twice the MACs in M3SR). The last columns are the honest count: every learnt value, every multiply-accumulate.',
    '',
    '| row | params M, paper | ours | | FLOPs G, paper | ours | | honest parameters | honest GMACs | of these, scan | note |',
    '| --- | ---: | ---: | --- | ---: | ---: | --- | ---: | ---: | ---: | --- |',
    ...lines,
    '',
  ].join('\n');
}

function csv(rows: readonly ComplexityRecord[]): string {
  const keys = Object.keys(rows[0]!) as (keyof ComplexityRecord)[];
  const cell = (value: string | number | boolean) => {
    const text = String(value);
    return /[",\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
  };
  return (
    [keys.join(','), ...rows.map((row) => keys.map((key) => cell(row[key])).join(','))].join('\n') + '\n'
  );
}

/** Printed FLOPs beside the honest count of the same network. */
export function complexityChart(
  rows: readonly Pick<ComplexityRecord, 'row' | 'table' | 'flopsPaperG' | 'honestMacsG'>[],
): TopLevelSpec {
  const values = rows.flatMap((r) => [
    { row: `${r.row} (${r.table.split(',')[0]})`, count: 'as printed, G', value: Number(r.flopsPaperG) },
    { row: `${r.row} (${r.table.split(',')[0]})`, count: 'honest GMACs', value: Number(r.honestMacsG) },
  ]);
  return {
    $schema: 'https://vega.github.io/schema/vega-lite/v5.json',
    title: 'FLOPs as printed, and honest multiply-accumulates',
    data: { values },
    mark: { type: 'point', filled: true, size: 70 },
    encoding: {
      x: {
        field: 'value',
        type: 'quantitative',
        scale: { type: 'log' },
        title: '10^9 operations (log scale)',
      },
      y: { field: 'row', type: 'nominal', sort: null, title: null, axis: { labelLimit: 400, grid: true } },
      color: { field: 'count', type: 'nominal', title: null },
      shape: { field: 'count', type: 'nominal', title: null },
    },
    width: 480,
    height: { step: 20 },
  };
}

/** Writes complexity.{md,csv,json,svg,vl.json} into a folder; each file whole or not at all. */
export async function writeComplexity(
  rows: readonly ComplexityTableRow[],
  folder: string,
): Promise<string[]> {
  mkdirSync(folder, { recursive: true });
  const flat = records(rows);
  const spec = complexityChart(flat);
  const files: Record<string, string> = {
    'complexity.md': markdown(flat),
    'complexity.csv': csv(flat),
    'complexity.json': `${JSON.stringify(flat, null, 2)}\n`,
    'complexity.vl.json': `${JSON.stringify(spec, null, 2)}\n`,
    'complexity.svg': onPaper(await renderChart(spec)),
  };
  return Object.entries(files).map(([name, content]) => {
    const path = join(folder, name);
    writeFileAtomic(path, content);
    return path;
  });
}
