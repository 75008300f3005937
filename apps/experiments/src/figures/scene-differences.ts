import type { TopLevelSpec } from 'vega-lite';
import type { PairedRow } from '../compare/paired.js';
import { ACCENT, CHART, INK, SECOND } from './theme.js';

/** Differences scene by scene to one reference: a dot a scene, the median as a line. */
export function sceneDifferencesChart(
  rows: readonly PairedRow[],
  { metric, reference }: { readonly metric: string; readonly reference: string },
): TopLevelSpec {
  const values = rows.flatMap(({ label, differences, medianDifference }) =>
    differences
      .filter(({ difference }) => Number.isFinite(difference))
      .map(({ scene, difference }, i) => ({
        row: label,
        scene,
        difference,
        ...(i === 0 && medianDifference !== undefined ? { median: medianDifference } : {}),
      })),
  );
  const x = {
    field: 'difference',
    type: 'quantitative' as const,
    scale: { padding: 12 },
    title: [`${metric}: difference of each scene`, `to ${reference}`],
  };
  return {
    ...CHART,
    description: `Differences scene by scene to ${reference}`,
    width: 340,
    height: { step: 28 },
    data: { values },
    layer: [
      { mark: { type: 'rule', color: INK, strokeDash: [4, 3] }, encoding: { x: { datum: 0 } } },
      {
        mark: { type: 'point', filled: true, size: 40, color: ACCENT, opacity: 0.7 },
        encoding: { x, y: { field: 'row', type: 'nominal', sort: null, title: null, axis: { grid: true } } },
      },
      {
        transform: [{ filter: 'isValid(datum.median)' }],
        mark: { type: 'tick', thickness: 3, size: 20, color: SECOND, opacity: 1 },
        encoding: {
          x: { ...x, field: 'median' },
          y: { field: 'row', type: 'nominal', sort: null, title: null },
        },
      },
    ],
  };
}
