import type { TopLevelSpec } from 'vega-lite';
import { ACCENT, CHART, INK } from './theme.js';

export interface Bubble {
  readonly label: string;
  /** Score, multiply-accumulates in 10^9, learnt values. */
  readonly value: number;
  readonly gmacs: number;
  readonly parameters: number;
}

/** Score against cost, area for parameters (as Fig. 1 of the GMSR-Net paper); `source` says whose numbers they are. */
export function bubbleChart(
  bubbles: readonly Bubble[],
  { metric, macs, source }: { readonly metric: string; readonly macs: string; readonly source: string },
): TopLevelSpec {
  const largest = Math.max(...bubbles.map(({ parameters }) => parameters / 1e6));
  const costs = bubbles.map(({ gmacs }) => gmacs);
  const [least, most] = [Math.min(...costs), Math.max(...costs)];
  const wide = most / least > 20;
  const middle = wide ? Math.sqrt(least * most) : (least + most) / 2;
  const values = bubbles.map(({ label, value, gmacs, parameters }) => ({
    row: label,
    value,
    gmacs,
    millions: parameters / 1e6,
    // The name stands on the side where there is room.
    side: gmacs > middle ? 'right' : 'left',
  }));
  // Room for bubbles and their names.
  const margin = (most - least) * 0.12 || most * 0.2;
  const scores = bubbles.map(({ value }) => value);
  const room = (Math.max(...scores) - Math.min(...scores)) * 0.15 || Math.abs(scores[0] ?? 1) * 0.02;
  const x = {
    field: 'gmacs',
    type: 'quantitative',
    title: `10^9 ${macs}${wide ? ' (log scale)' : ''}`,
    scale: wide
      ? { type: 'log' as const, domain: [least / 1.6, most * 1.6], nice: false }
      : { domain: [Math.max(0, least - margin), most + margin], zero: false, nice: false },
  } as const;
  const y = {
    field: 'value',
    type: 'quantitative' as const,
    title: metric,
    scale: { zero: false, domain: [Math.min(...scores) - room, Math.max(...scores) + room] },
  };
  return {
    ...CHART,
    description: `${metric} against multiply-accumulates, area for parameters; ${source}`,
    title: { text: `${metric} against cost`, subtitle: source, anchor: 'start' },
    width: 420,
    height: 260,
    data: { values },
    encoding: { x, y },
    layer: [
      {
        mark: { type: 'point', filled: true, color: ACCENT, opacity: 0.55, stroke: INK, strokeWidth: 0.5 },
        encoding: {
          size: {
            field: 'millions',
            type: 'quantitative',
            title: ['parameters', '(millions)'],
            scale: {
              type: 'linear',
              domain: [0, largest],
              range: [20, 900],
            },
            legend: {
              orient: 'right',
              symbolFillColor: ACCENT,
              values: [0.25, 0.5, 1].map((part) => Number((part * largest).toPrecision(1))),
              format: '~g',
            },
          },
        },
      },
      {
        mark: { type: 'text', align: { expr: 'datum.side' }, dy: -14, fontSize: 11, color: INK },
        encoding: { text: { field: 'row', type: 'nominal' } },
      },
    ],
  };
}
