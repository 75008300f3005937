import type { TopLevelSpec } from 'vega-lite';
import { CHART, seriesColours, seriesDashes } from './theme.js';

export interface Curve {
  /** Colour of the line; runs of one row (other seeds) share it. */
  readonly label: string;
  /** What tells the run from others of its label. */
  readonly run: string;
  readonly points: readonly {
    readonly step: number;
    readonly loss?: number | undefined;
    readonly validation?: number | undefined;
  }[];
}

/** Training loss and, where there is one, the validation metric by step; a line a run, a colour a row. */
export function curvesChart(curves: readonly Curve[], validationTitle = 'validation'): TopLevelSpec {
  const labels = [...new Set(curves.map(({ label }) => label))];
  const values = curves.flatMap(({ label, run, points }) =>
    points.flatMap(({ step, loss, validation }) => [
      ...(loss === undefined ? [] : [{ row: label, run, step, loss }]),
      ...(validation === undefined ? [] : [{ row: label, run, step, validation }]),
    ]),
  );
  const positive = curves.every(({ points }) => points.every(({ loss = 1 }) => loss > 0));
  const panel = (field: 'loss' | 'validation', title: string) => ({
    width: 520,
    height: 190,
    transform: [{ filter: `isValid(datum.${field})` }],
    mark: { type: 'line' as const, strokeWidth: 1.6, point: field === 'validation' },
    encoding: {
      x: { field: 'step', type: 'quantitative' as const, title: 'step' },
      y: {
        field,
        type: 'quantitative' as const,
        title,
        scale:
          field === 'loss' && positive ? { type: 'log' as const, nice: false, padding: 6 } : { zero: false },
      },
      detail: { field: 'run', type: 'nominal' as const },
      color: {
        field: 'row',
        type: 'nominal' as const,
        title: null,
        scale: seriesColours(labels),
        legend: { orient: 'bottom' as const, columns: 2 },
      },
      strokeDash: { field: 'row', type: 'nominal' as const, title: null, scale: seriesDashes(labels) },
    },
  });
  return {
    ...CHART,
    description: 'Training loss and validation by step',
    data: { values },
    resolve: { scale: { x: 'shared' } },
    vconcat: [
      panel('loss', positive ? 'training loss (log scale)' : 'training loss'),
      ...(values.some((value) => 'validation' in value) ? [panel('validation', validationTitle)] : []),
    ],
  };
}
