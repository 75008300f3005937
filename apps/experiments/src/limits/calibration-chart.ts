import type { PretrainedLimits } from '@prismamba/weights';
import type { TopLevelSpec } from 'vega-lite';
import { ACCENT, CHART } from '../figures/theme.js';

/** The part of true values inside intervals of each level, beside the line of intervals that keep their word. */
export function calibrationChart({ levels }: PretrainedLimits['uncertainty']): TopLevelSpec {
  const axis = { type: 'quantitative' as const, scale: { domain: [0, 1] } };
  return {
    ...CHART,
    description: 'Calibration of intervals: part of the values inside against the part that was asked for',
    width: 260,
    height: 260,
    layer: [
      {
        data: {
          values: [
            { asked: 0, inside: 0 },
            { asked: 1, inside: 1 },
          ],
        },
        mark: { type: 'line', strokeDash: [4, 4], color: '#7f7f7f' },
        encoding: {
          x: { field: 'asked', ...axis, title: 'asked for' },
          y: { field: 'inside', ...axis, title: 'inside, test scenes' },
        },
      },
      {
        data: { values: levels.map(({ level, test }) => ({ asked: level, inside: test })) },
        mark: { type: 'line', point: true, strokeWidth: 2, color: ACCENT },
        encoding: { x: { field: 'asked', ...axis }, y: { field: 'inside', ...axis } },
      },
    ],
  };
}
