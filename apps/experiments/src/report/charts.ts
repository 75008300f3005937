import type { TopLevelSpec } from 'vega-lite';
import type { BandErrors, SceneFigure } from '../run/scene-figures.js';

/** Text and lines in the colour of the page, so that a chart reads on light and dark paper. */
const INK = 'currentColor';
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
  header: { labelColor: INK, titleColor: INK },
  title: { color: INK },
  view: { stroke: '#88888888' },
} satisfies TopLevelSpec['config'];

/** Loss by step: each step thin, the mean over 21 steps bold. */
export function lossChart(points: readonly { readonly step: number; readonly loss: number }[]): TopLevelSpec {
  return {
    $schema: 'https://vega.github.io/schema/vega-lite/v5.json',
    description: 'Training loss by step',
    width: 640,
    height: 240,
    data: { values: [...points] },
    transform: [{ window: [{ op: 'mean', field: 'loss', as: 'mean' }], frame: [-10, 10] }],
    encoding: { x: { field: 'step', type: 'quantitative', title: 'step' } },
    layer: [
      {
        mark: { type: 'line', strokeWidth: 0.6, opacity: 0.5, color: '#7f7f7f' },
        encoding: {
          y: { field: 'loss', type: 'quantitative', title: 'training loss', scale: { type: 'log' } },
        },
      },
      {
        mark: { type: 'line', strokeWidth: 2, color: '#1f5fa8' },
        encoding: { y: { field: 'mean', type: 'quantitative' } },
      },
    ],
    config: THEME,
  };
}

/** Series colours that stay apart for colour-blind eyes (Okabe and Ito 2008); truth is in the colour of the text. */
const COLOURS = [INK, '#0072b2', '#d55e00', '#009e73', '#cc79a7', '#e69f00'];

const DASHES = [
  [1, 0],
  [1, 0],
  [5, 3],
  [2, 2],
  [6, 2],
  [3, 3],
];

/** Spectra of a scene's chosen pixels: one small chart a pixel. */
export function spectraChart({ scene, wavelengths, pixels }: SceneFigure): TopLevelSpec {
  const names = Object.keys(pixels[0]?.series ?? {});
  const values = pixels.flatMap(({ row, column, series }) =>
    Object.entries(series).flatMap(([name, spectrum]) =>
      spectrum.map((value, band) => ({
        pixel: `row ${row}, column ${column}`,
        series: name,
        wavelength: wavelengths[band]!,
        value,
      })),
    ),
  );
  return {
    $schema: 'https://vega.github.io/schema/vega-lite/v5.json',
    description: `Spectra at chosen pixels of ${scene}`,
    data: { values },
    facet: { field: 'pixel', type: 'nominal', title: null, sort: null },
    columns: 4,
    spec: {
      width: 200,
      height: 150,
      mark: { type: 'line', strokeWidth: 1.6 },
      encoding: {
        x: {
          field: 'wavelength',
          type: 'quantitative',
          title: 'wavelength (nm)',
          scale: { zero: false, nice: false },
        },
        y: { field: 'value', type: 'quantitative', title: 'value' },
        color: {
          field: 'series',
          type: 'nominal',
          title: null,
          scale: { domain: names, range: COLOURS.slice(0, names.length) },
          legend: { orient: 'bottom', labelLimit: 0 },
        },
        strokeDash: {
          field: 'series',
          type: 'nominal',
          title: null,
          scale: { domain: names, range: DASHES.slice(0, names.length) },
        },
      },
    },
    config: THEME,
  };
}

/** RMSE by wavelength: the mean over the scenes as a line, from the best to the worst scene as a band. */
export function bandErrorChart(errors: readonly BandErrors[]): TopLevelSpec {
  const models = [...new Set(errors.map(({ model }) => model))];
  const values = errors.flatMap(({ scene, model, wavelengths, rmse }) =>
    rmse.map((value, band) => ({ scene, model, wavelength: wavelengths[band]!, rmse: value })),
  );
  const x = {
    field: 'wavelength',
    type: 'quantitative',
    title: 'wavelength (nm)',
    scale: { zero: false, nice: false },
  } as const;
  const color = {
    field: 'model',
    type: 'nominal' as const,
    title: null,
    scale: { domain: models, range: COLOURS.slice(1, models.length + 1) },
    legend: { orient: 'bottom' as const },
  };
  return {
    $schema: 'https://vega.github.io/schema/vega-lite/v5.json',
    description: 'RMSE by wavelength over the test scenes',
    width: 640,
    height: 240,
    data: { values },
    layer: [
      {
        mark: { type: 'area', opacity: 0.18 },
        encoding: {
          x,
          y: { field: 'rmse', type: 'quantitative', aggregate: 'min', title: 'RMSE' },
          y2: { field: 'rmse', aggregate: 'max' },
          color,
        },
      },
      {
        mark: { type: 'line', strokeWidth: 2 },
        encoding: { x, y: { field: 'rmse', type: 'quantitative', aggregate: 'mean' }, color },
      },
    ],
    config: THEME,
  };
}

/** Mean spectrum of a scene, truth and models. */
export function meanSpectrumChart({ scene, wavelengths, meanSpectra }: SceneFigure): TopLevelSpec {
  const names = Object.keys(meanSpectra);
  const values = Object.entries(meanSpectra).flatMap(([series, spectrum]) =>
    spectrum.map((value, band) => ({ series, wavelength: wavelengths[band]!, value })),
  );
  return {
    $schema: 'https://vega.github.io/schema/vega-lite/v5.json',
    description: `Mean spectrum of ${scene}`,
    width: 260,
    height: 200,
    data: { values },
    mark: { type: 'line', strokeWidth: 1.8 },
    encoding: {
      x: {
        field: 'wavelength',
        type: 'quantitative',
        title: 'wavelength (nm)',
        scale: { zero: false, nice: false },
      },
      y: { field: 'value', type: 'quantitative', title: 'mean value' },
      color: {
        field: 'series',
        type: 'nominal',
        title: null,
        scale: { domain: names, range: COLOURS.slice(0, names.length) },
        legend: { orient: 'bottom', columns: 1 },
      },
      strokeDash: {
        field: 'series',
        type: 'nominal',
        title: null,
        scale: { domain: names, range: DASHES.slice(0, names.length) },
      },
    },
    config: THEME,
  };
}

/** Spectra of pixels and regions of one cube: mean as a line, one standard deviation around it for a region. */
export function regionChart(
  spectra: readonly {
    readonly name: string;
    readonly pixels: number;
    readonly mean: readonly number[];
    readonly deviation: readonly number[];
  }[],
  wavelengths: readonly number[],
): TopLevelSpec {
  const label = (name: string, pixels: number) =>
    pixels === 1 ? `at ${name}` : `at ${name} (mean of ${pixels}, one standard deviation)`;
  const names = spectra.map(({ name, pixels }) => label(name, pixels));
  const values = spectra.flatMap(({ name, pixels, mean, deviation }) =>
    mean.map((value, band) => ({
      place: label(name, pixels),
      wavelength: wavelengths[band]!,
      value,
      low: value - deviation[band]!,
      high: value + deviation[band]!,
    })),
  );
  const x = {
    field: 'wavelength',
    type: 'quantitative',
    title: 'wavelength (nm)',
    scale: { zero: false, nice: false },
  } as const;
  const color = {
    field: 'place',
    type: 'nominal' as const,
    title: null,
    scale: { domain: names, range: names.map((_, i) => COLOURS[1 + (i % (COLOURS.length - 1))]!) },
    legend: { orient: 'bottom' as const, columns: 1 },
  };
  return {
    $schema: 'https://vega.github.io/schema/vega-lite/v5.json',
    description: 'Spectra at chosen places of a cube',
    width: 640,
    height: 280,
    data: { values },
    layer: [
      {
        mark: { type: 'area', opacity: 0.18 },
        encoding: {
          x,
          y: { field: 'low', type: 'quantitative', title: 'value' },
          y2: { field: 'high' },
          color,
        },
      },
      {
        mark: { type: 'line', strokeWidth: 2 },
        encoding: { x, y: { field: 'value', type: 'quantitative' }, color },
      },
    ],
    config: THEME,
  };
}
