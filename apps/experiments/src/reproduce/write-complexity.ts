import type { TopLevelSpec } from 'vega-lite';
import { CHART, seriesColours } from '../figures/theme.js';
import { writeFigure, writeFiles } from '../figures/write-figure.js';
import { csvOf } from '../report/csv.js';
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

/** Printed FLOPs beside the honest count of the same network. */
export function complexityChart(
  rows: readonly Pick<ComplexityRecord, 'row' | 'table' | 'flopsPaperG' | 'honestMacsG'>[],
): TopLevelSpec {
  const values = rows.flatMap((r) => [
    { row: `${r.row} (${r.table.split(',')[0]})`, count: COUNTS[0], value: Number(r.flopsPaperG) },
    { row: `${r.row} (${r.table.split(',')[0]})`, count: COUNTS[1], value: Number(r.honestMacsG) },
  ]);
  return {
    ...CHART,
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
      color: { field: 'count', type: 'nominal', title: null, scale: seriesColours(COUNTS) },
      // The domain of the colours: only then do both have one legend.
      shape: { field: 'count', type: 'nominal', title: null, scale: { domain: [...COUNTS] } },
    },
    width: 480,
    height: { step: 20 },
  };
}

const COUNTS = ['as printed, G', 'honest GMACs'] as const;

/** Writes complexity.{md,csv,json,svg,png,vl.json} into a folder; each file whole or not at all. */
export async function writeComplexity(
  rows: readonly ComplexityTableRow[],
  folder: string,
): Promise<string[]> {
  const flat = records(rows);
  const { files } = await writeFigure(folder, 'complexity', complexityChart(flat));
  // The table's own CSV has more columns than the chart draws.
  const texts = writeFiles(folder, 'complexity', {
    md: markdown(flat),
    csv: csvOf(flat),
    json: `${JSON.stringify(flat, null, 2)}\n`,
  });
  return [...new Set([...texts, ...files])];
}
