import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { TopLevelSpec } from 'vega-lite';
import { z } from 'zod';
import { sceneDifferencesChart } from '../figures/scene-differences.js';
import { fileName, writeFigure, writeFiles } from '../figures/write-figure.js';
import { UserError } from '../user-error.js';
import { tableAblation, tableBubbles, tableComparisons, tableCurves } from './table-figures.js';
import { tablePage } from './table-page.js';
import { tableResultSchema, type TableResult } from './table-result.js';

/**
 * Writes `table.html`, one file that needs no other, and every chart of it in `figures/` (SVG, PNG, Vega-Lite specification, data).
 * Everything comes from the result: the runs are not needed. Returns the path of the page.
 */
export async function writeTablePage(result: TableResult, folder: string): Promise<string> {
  const draw = async (name: string, spec: TopLevelSpec | undefined) => {
    if (spec === undefined) return undefined;
    return (await writeFigure(join(folder, 'figures'), name, spec)).svg;
  };
  const [main] = result.metrics;
  const ablations = new Map<string, string>();
  for (const metric of result.metrics) {
    const svg = await draw(`ablation-${fileName(metric.name)}`, tableAblation(result, metric));
    if (svg !== undefined) ablations.set(metric.name, svg);
  }
  const bubbles = await draw('score-against-cost', tableBubbles(result, main!));
  const printed = await draw('score-against-cost-printed', tableBubbles(result, main!, { printed: true }));
  const curves = await draw('curves', tableCurves(result));
  const comparisons = [];
  for (const comparison of tableComparisons(result, main!)) {
    const { group, reference, rows } = comparison;
    const name = ['scene-differences', ...(group === undefined ? [] : [fileName(group)])].join('-');
    const chart = await draw(name, sceneDifferencesChart(rows, { metric: main!.label, reference }));
    comparisons.push({ ...comparison, chart: chart! });
  }
  const page = tablePage(result, { ablations, bubbles, printed, curves, comparisons });
  return writeFiles(folder, 'table', { html: page.text })[0]!;
}

/** Reads `table.json` of a folder. @throws UserError where it is no table, naming what is wrong. */
export function readTable(folder: string): TableResult {
  const path = join(folder, 'table.json');
  if (!existsSync(path))
    throw new UserError(`'${folder}' has no table.json; 'prismamba reproduce' writes one`);
  let value: unknown;
  try {
    value = JSON.parse(readFileSync(path, 'utf8'));
  } catch (error) {
    throw new UserError(`${path}: not valid JSON: ${error instanceof Error ? error.message : String(error)}`);
  }
  const parsed = tableResultSchema.safeParse(value);
  if (parsed.success) return parsed.data;
  throw new UserError(`${path}: no table of this version: ${z.prettifyError(parsed.error)}`);
}
