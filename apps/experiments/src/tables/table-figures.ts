import { ablationChart, type AblationEntry } from '../figures/ablation.js';
import { bubbleChart, type Bubble } from '../figures/bubble.js';
import { curvesChart } from '../figures/curves.js';
import { pairedComparison, type Contender, type PairedRow } from '../compare/paired.js';
import type { TableMetric, TableResult, TableRow } from './table-result.js';

const groupLabel = ({ groups }: TableResult, row: TableRow) =>
  groups.find(({ name }) => name === row.group)?.label;

/** Label of a row, with its data set where the table has several. */
export function labelOf(result: TableResult, row: TableRow): string {
  const group = groupLabel(result, row);
  return group === undefined ? row.label : `${row.label} (${group})`;
}

const scoreOf = (
  scores: Readonly<Record<string, Readonly<Record<string, number>>>>,
  { protocol, column }: TableMetric,
) => scores[protocol]?.[column];

/** The ablation chart of one metric; undefined where no run has the number. */
export function tableAblation(result: TableResult, metric: TableMetric) {
  const entries = result.rows.flatMap((row): AblationEntry[] => {
    const runs = row.runs.flatMap(({ seed, scores }) => {
      const value = scoreOf(scores, metric);
      return value === undefined || !Number.isFinite(value) ? [] : [{ seed, value }];
    });
    const group = groupLabel(result, row);
    return runs.length === 0 ? [] : [{ label: row.label, ...(group === undefined ? {} : { group }), runs }];
  });
  return entries.length === 0 ? undefined : ablationChart(entries, metric);
}

/**
 * Score against cost. With `printed` the paper's scores, named as such (parameters and operations are counted by us in both); undefined
 * where fewer than two rows have the numbers.
 */
export function tableBubbles(
  result: TableResult,
  metric: TableMetric,
  { printed = false, group }: { readonly printed?: boolean; readonly group?: string } = {},
) {
  const bubbles = result.rows.flatMap((row): Bubble[] => {
    const value = (printed ? row.paper : row.mean)?.[metric.name];
    const { gmacs, parameters } = row;
    if (value === undefined || gmacs === null || gmacs === 0 || parameters === null) return [];
    return row.group === group || group === undefined
      ? [{ label: labelOf(result, row), value, gmacs, parameters }]
      : [];
  });
  if (bubbles.length < 2) return undefined;
  const { height, width } = result.complexityAt;
  const synthetic = result.data.some((data) => data.synthetic) ? ', synthetic scenes' : '';
  return bubbleChart(bubbles, {
    metric: metric.label,
    macs: `multiply-accumulates at ${height} x ${width}`,
    source: printed
      ? `scores as printed in ${result.paper?.title ?? 'the paper'}; operations counted by us`
      : `our runs, profile ${result.profile}${synthetic}`,
  });
}

/** Loss and validation by step of every run; undefined where none was kept. */
export function tableCurves(result: TableResult) {
  const curves = result.rows.flatMap((row) =>
    row.runs
      .filter(({ curve }) => curve.length > 1)
      .map(({ seed, curve }) => ({
        label: labelOf(result, row),
        run: `${labelOf(result, row)}, seed ${seed}`,
        points: curve,
      })),
  );
  return curves.length === 0 ? undefined : curvesChart(curves, 'validation PSNR (dB)');
}

export interface GroupComparison {
  readonly group: string | undefined;
  readonly reference: string;
  readonly scenes: number;
  readonly rows: readonly PairedRow[];
}

/** Scores scene by scene, each the mean over the seeds: seeds of one scene are no scenes of their own. */
function contenderOf(row: TableRow, metric: TableMetric): Contender | undefined {
  const sums = new Map<string, number>();
  for (const { scenes } of row.runs) {
    for (const { id, scores } of scenes) {
      const value = scoreOf(scores, metric) ?? Number.NaN;
      sums.set(id, (sums.get(id) ?? 0) + value / row.runs.length);
    }
  }
  return sums.size === 0 ? undefined : { label: row.label, scenes: sums };
}

/** Each row of a group against its best one, over the scenes that all of them were tested on. */
export function tableComparisons(result: TableResult, metric: TableMetric): GroupComparison[] {
  return [...new Set(result.rows.map(({ group }) => group))].flatMap((group) => {
    const rows = result.rows.filter((row) => row.group === group && row.mean[metric.name] !== undefined);
    const sign = metric.better === 'larger' ? -1 : 1;
    const [best, ...others] = [...rows].sort((a, b) => sign * (a.mean[metric.name]! - b.mean[metric.name]!));
    const reference = best && contenderOf(best, metric);
    if (reference === undefined) return [];
    // A row that was tested on other scenes (an ablation across data sets) cannot be paired.
    const paired = others.flatMap((row) => {
      const contender = contenderOf(row, metric);
      const same = contender?.scenes.size === reference.scenes.size;
      return same && [...contender.scenes.keys()].every((scene) => reference.scenes.has(scene))
        ? [contender]
        : [];
    });
    const label = result.groups.find(({ name }) => name === group)?.label;
    return paired.length === 0
      ? []
      : [
          {
            group: label,
            reference: reference.label,
            scenes: reference.scenes.size,
            rows: pairedComparison(reference, paired),
          },
        ];
  });
}
