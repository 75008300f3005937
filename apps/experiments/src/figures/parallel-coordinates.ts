import type { TopLevelSpec } from 'vega-lite';
import { ACCENT, CHART, INK, SECOND } from './theme.js';

export interface ParallelRun {
  readonly run: string;
  /** Values of the settings, by key; a run may lack one. */
  readonly settings: Readonly<Record<string, unknown>>;
  readonly score: number;
}

/** At most this many values of an axis are written beside it; of more numbers the ends are. */
const MOST_LABELS = 8;
/** Part of the height between two labels. */
const LEAST_GAP = 0.06;

interface Axis {
  readonly place: (value: unknown) => number | undefined;
  readonly labels: readonly { readonly at: number; readonly text: string }[];
}

const textOf = (value: unknown) => (typeof value === 'string' ? value : JSON.stringify(value));
const short = (text: string) => (text.length <= 24 ? text : `${text.slice(0, 11)}..${text.slice(-11)}`);

/** Labels that would lie on each other are left out; the ends stay. */
function apart(labels: Axis['labels']): Axis['labels'] {
  const kept: Axis['labels'][number][] = [];
  for (const label of [...labels].sort((a, b) => Math.abs(b.at - 0.5) - Math.abs(a.at - 0.5))) {
    if (kept.every(({ at }) => Math.abs(at - label.at) >= LEAST_GAP)) kept.push(label);
  }
  return kept;
}

/** Numbers by their size (by their logarithm where they span a factor of 50), anything else in the order of appearance. */
function axisOf(values: readonly unknown[]): Axis {
  const known = [...new Set(values.filter((value) => value !== undefined).map(textOf))];
  const numbers = values.filter((value) => typeof value === 'number');
  if (numbers.length === values.length && known.length > 1) {
    const [least, most] = [Math.min(...numbers), Math.max(...numbers)];
    const logarithmic = least > 0 && most / least >= 50;
    const scale = logarithmic ? Math.log : (value: number) => value;
    const place = (value: number) => (scale(value) - scale(least)) / (scale(most) - scale(least));
    const shown = known.length <= MOST_LABELS ? [...new Set(numbers)] : [least, most];
    return {
      place: (value) => (typeof value === 'number' ? place(value) : undefined),
      labels: apart(shown.map((value) => ({ at: place(value), text: String(Number(value.toPrecision(5))) }))),
    };
  }
  const place = (text: string) => (known.length === 1 ? 0.5 : known.indexOf(text) / (known.length - 1));
  return {
    place: (value) => (value === undefined ? undefined : place(textOf(value))),
    labels: known.slice(0, 2 * MOST_LABELS).map((text) => ({ at: place(text), text: short(text) })),
  };
}

/** Settings as upright axes and the score as the last one; a line a run, its colour the score. */
export function parallelCoordinatesChart(
  runs: readonly ParallelRun[],
  metric: { readonly label: string; readonly better: 'larger' | 'smaller' },
): TopLevelSpec {
  const keys = [...new Set(runs.flatMap(({ settings }) => Object.keys(settings)))];
  const axes = [
    ...keys.map((key) => ({ key, axis: axisOf(runs.map(({ settings }) => settings[key])) })),
    { key: metric.label, axis: axisOf(runs.map(({ score }) => score)) },
  ];
  const lines = runs.flatMap(({ run, settings, score }) =>
    axes.flatMap(({ key, axis }, i) => {
      const value = i < keys.length ? settings[key] : score;
      const at = axis.place(value);
      return at === undefined ? [] : [{ kind: 'run', run, axis: key, value: textOf(value), at, score }];
    }),
  );
  const labels = axes.flatMap(({ key, axis }) =>
    axis.labels.map(({ at, text }) => ({ kind: 'label', axis: key, value: text, at })),
  );
  const names = axes.map(({ key }) => key);
  const x = {
    field: 'axis',
    type: 'nominal',
    sort: names,
    title: null,
    axis: { labelAngle: names.length > 3 ? -20 : 0, grid: true, domain: false, orient: 'bottom' },
  } as const;
  const y = { field: 'at', type: 'quantitative' as const, axis: null, scale: { domain: [-0.05, 1.05] } };
  const only = (kind: string) => [{ filter: `datum.kind === '${kind}'` }];
  return {
    ...CHART,
    description: `Settings and ${metric.label} of ${runs.length} runs`,
    width: { step: 150 },
    height: 260,
    data: { values: [...lines, ...labels] },
    layer: [
      {
        transform: only('run'),
        mark: { type: 'line', strokeWidth: 2, opacity: 0.8 },
        encoding: {
          x,
          y,
          detail: { field: 'run', type: 'nominal' },
          color: {
            field: 'score',
            type: 'quantitative',
            title: [metric.label, `(${metric.better} is better)`],
            scale: {
              range: metric.better === 'larger' ? [SECOND, ACCENT] : [ACCENT, SECOND],
              zero: false,
              interpolate: 'rgb',
            },
          },
        },
      },
      {
        transform: only('label'),
        mark: { type: 'text', align: 'left', dx: 6, dy: -6, fontSize: 10, color: INK },
        encoding: { x, y, text: { field: 'value', type: 'nominal' } },
      },
    ],
  };
}
