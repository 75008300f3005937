import type { TopLevelSpec } from 'vega-lite';
import { ACCENT, CHART, INK } from './theme.js';

/** A row of an ablation: its single runs; their mean and spread are drawn from them. */
export interface AblationEntry {
  readonly label: string;
  /** Panel, where there are several data sets. */
  readonly group?: string;
  readonly runs: readonly { readonly seed: number; readonly value: number }[];
}

/**
 * Each run as a dot, the mean over the seeds as a line, mean ± sample standard deviation as a bar. The axis does not begin at zero: no
 * length on it stands for a score, only places do, which is why there are no bars from an axis.
 */
export function ablationChart(
  entries: readonly AblationEntry[],
  metric: { readonly label: string; readonly better: 'larger' | 'smaller' },
): TopLevelSpec {
  const groups = [...new Set(entries.map(({ group }) => group))];
  const values = entries.flatMap(({ label, group, runs }) => {
    const mean = runs.reduce((sum, { value }) => sum + value, 0) / runs.length;
    const variance = runs.reduce((sum, { value }) => sum + (value - mean) ** 2, 0) / (runs.length - 1);
    const spread = runs.length > 1 ? Math.sqrt(variance) : undefined;
    return runs.map(({ seed, value }, i) => ({
      row: label,
      ...(group === undefined ? {} : { group }),
      seed,
      value,
      // Once a row, so that they are drawn once.
      ...(i === 0 ? { mean } : {}),
      ...(i === 0 && spread !== undefined ? { low: mean - spread, high: mean + spread } : {}),
    }));
  });
  const x = {
    field: 'value',
    type: 'quantitative',
    title: `${metric.label}, ${metric.better} is better`,
    scale: { zero: false, padding: 12 },
  } as const;
  const y = { field: 'row', type: 'nominal', sort: null, title: null, axis: { grid: true } } as const;
  const only = (field: string) => [{ filter: `isValid(datum.${field})` }];
  const layers = {
    width: 340,
    height: { step: 30 },
    encoding: { y },
    layer: [
      {
        transform: only('low'),
        mark: { type: 'bar', height: 12, color: ACCENT, opacity: 0.35 },
        encoding: { x: { ...x, field: 'low' }, x2: { field: 'high' } },
      },
      {
        transform: only('mean'),
        mark: { type: 'tick', thickness: 3, size: 20, color: ACCENT, opacity: 1 },
        encoding: { x: { ...x, field: 'mean' } },
      },
      {
        mark: { type: 'point', filled: true, size: 36, color: INK, opacity: 0.85 },
        encoding: { x },
      },
    ],
  } as const;
  const common = {
    ...CHART,
    description: `${metric.label} of each row: runs as dots, mean and spread over seeds`,
    data: { values },
  };
  if (groups.length < 2) return { ...common, ...layers, layer: [...layers.layer] };
  return {
    ...common,
    facet: { row: { field: 'group', type: 'nominal', title: null, sort: null } },
    spec: { ...layers, layer: [...layers.layer] },
    resolve: { scale: { x: 'independent' } },
  };
}
