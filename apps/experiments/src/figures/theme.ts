import type { TopLevelSpec } from 'vega-lite';

/** Text and lines in the colour of the page, so that a chart reads on light and dark paper. */
export const INK = 'currentColor';

const THEME = {
  background: 'transparent',
  font: 'system-ui, sans-serif',
  axis: {
    labelColor: INK,
    titleColor: INK,
    tickColor: INK,
    domainColor: INK,
    gridColor: '#88888844',
    labelLimit: 400,
  },
  legend: { labelColor: INK, titleColor: INK, labelLimit: 0 },
  header: { labelColor: INK, titleColor: INK, labelLimit: 0 },
  title: { color: INK, subtitleColor: INK },
  text: { color: INK },
  view: { stroke: '#88888888' },
} satisfies TopLevelSpec['config'];

/** What every chart begins with. */
export const CHART = { $schema: 'https://vega.github.io/schema/vega-lite/v5.json', config: THEME } as const;

/** Series colours that stay apart for colour-blind eyes (Okabe and Ito 2008); truth is in the colour of the text. */
const COLOURS = [INK, '#0072b2', '#d55e00', '#009e73', '#cc79a7', '#e69f00', '#56b4e9'];
/** The first of them, for charts of one series. */
export const ACCENT = '#0072b2';
export const SECOND = '#d55e00';

const DASHES = [
  [1, 0],
  [1, 0],
  [5, 3],
  [2, 2],
  [6, 2],
  [3, 3],
  [8, 3],
];

/** Colours go round after the last; dashes then go on by one, so that no two of 42 series look the same. */
const nth = <T>(list: readonly T[], index: number) => list[index % list.length]!;

/** Colours of named series. With `truth` the first name has the colour of the text. */
export function seriesColours(names: readonly string[], { truth = false } = {}) {
  const colours = truth ? COLOURS : COLOURS.slice(1);
  return { domain: [...names], range: names.map((_, i) => nth(colours, i)) };
}

/** Dashes of named series, beside {@link seriesColours}, for eyes and printers that see no colour. */
export function seriesDashes(names: readonly string[], { truth = false } = {}) {
  const dashes = truth ? DASHES : DASHES.slice(1);
  return {
    domain: [...names],
    range: names.map((_, i) => nth(dashes, i + Math.floor(i / dashes.length))),
  };
}

export const wavelengthAxis = {
  field: 'wavelength',
  type: 'quantitative',
  title: 'wavelength (nm)',
  scale: { zero: false, nice: false },
} as const;

/** The records that a chart draws, which every chart of ours holds at its top. */
export function recordsOf(spec: TopLevelSpec): readonly Readonly<Record<string, unknown>>[] {
  const { data } = spec;
  if (data === null || data === undefined || !('values' in data) || !Array.isArray(data.values)) {
    throw new Error('recordsOf: the chart has no records at its top');
  }
  return data.values as readonly Readonly<Record<string, unknown>>[];
}
