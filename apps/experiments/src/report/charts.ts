import type { TopLevelSpec } from 'vega-lite';
import { ACCENT, CHART, seriesColours, seriesDashes, wavelengthAxis } from '../figures/theme.js';
import type { BandErrors, SceneFigure } from '../run/scene-figures.js';

/** The legend of lines with areas around them: by itself it would be as faint as the areas. */
const LINE_LEGEND = {
  orient: 'bottom',
  symbolType: 'stroke',
  symbolOpacity: 1,
  symbolStrokeWidth: 2,
} as const;

/** Loss by step: each step thin, the mean over 21 steps bold. */
export function lossChart(points: readonly { readonly step: number; readonly loss: number }[]): TopLevelSpec {
  return {
    ...CHART,
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
        mark: { type: 'line', strokeWidth: 2, color: ACCENT },
        encoding: { y: { field: 'mean', type: 'quantitative' } },
      },
    ],
  };
}

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
    ...CHART,
    description: `Spectra at chosen pixels of ${scene}`,
    data: { values },
    facet: { field: 'pixel', type: 'nominal', title: null, sort: null },
    columns: pixels.length > 4 && pixels.length % 4 !== 0 && pixels.length % 3 === 0 ? 3 : 4,
    spec: {
      width: 200,
      height: 150,
      mark: { type: 'line', strokeWidth: 1.6 },
      encoding: {
        x: wavelengthAxis,
        y: { field: 'value', type: 'quantitative', title: 'value' },
        color: {
          field: 'series',
          type: 'nominal',
          title: null,
          scale: seriesColours(names, { truth: true }),
          legend: { orient: 'bottom', labelLimit: 0 },
        },
        strokeDash: {
          field: 'series',
          type: 'nominal',
          title: null,
          scale: seriesDashes(names, { truth: true }),
        },
      },
    },
  };
}

/** RMSE by wavelength: the mean over the scenes as a line, from the best to the worst scene as a band. */
export function bandErrorChart(errors: readonly BandErrors[]): TopLevelSpec {
  const models = [...new Set(errors.map(({ model }) => model))];
  const values = errors.flatMap(({ scene, model, wavelengths, rmse }) =>
    rmse.map((value, band) => ({ scene, model, wavelength: wavelengths[band]!, rmse: value })),
  );
  const color = {
    field: 'model',
    type: 'nominal' as const,
    title: null,
    scale: seriesColours(models),
    legend: LINE_LEGEND,
  };
  return {
    ...CHART,
    description: 'RMSE by wavelength over the test scenes',
    width: 640,
    height: 240,
    data: { values },
    layer: [
      {
        mark: { type: 'area', opacity: 0.18 },
        encoding: {
          x: wavelengthAxis,
          y: { field: 'rmse', type: 'quantitative', aggregate: 'min', title: 'RMSE' },
          y2: { field: 'rmse', aggregate: 'max' },
          color,
        },
      },
      {
        mark: { type: 'line', strokeWidth: 2 },
        encoding: { x: wavelengthAxis, y: { field: 'rmse', type: 'quantitative', aggregate: 'mean' }, color },
      },
    ],
  };
}

/** Mean spectrum of a scene, truth and models. */
export function meanSpectrumChart({ scene, wavelengths, meanSpectra }: SceneFigure): TopLevelSpec {
  const names = Object.keys(meanSpectra);
  const values = Object.entries(meanSpectra).flatMap(([series, spectrum]) =>
    spectrum.map((value, band) => ({ series, wavelength: wavelengths[band]!, value })),
  );
  return {
    ...CHART,
    description: `Mean spectrum of ${scene}`,
    width: 260,
    height: 200,
    data: { values },
    mark: { type: 'line', strokeWidth: 1.8 },
    encoding: {
      x: wavelengthAxis,
      y: { field: 'value', type: 'quantitative', title: 'mean value' },
      color: {
        field: 'series',
        type: 'nominal',
        title: null,
        scale: seriesColours(names, { truth: true }),
        legend: { orient: 'bottom', columns: 1 },
      },
      strokeDash: {
        field: 'series',
        type: 'nominal',
        title: null,
        scale: seriesDashes(names, { truth: true }),
      },
    },
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
  const color = {
    field: 'place',
    type: 'nominal' as const,
    title: null,
    scale: seriesColours(names),
    legend: { ...LINE_LEGEND, columns: 1 },
  };
  return {
    ...CHART,
    description: 'Spectra at chosen places of a cube',
    width: 640,
    height: 280,
    data: { values },
    layer: [
      {
        mark: { type: 'area', opacity: 0.18 },
        encoding: {
          x: wavelengthAxis,
          y: { field: 'low', type: 'quantitative', title: 'value' },
          y2: { field: 'high' },
          color,
        },
      },
      {
        mark: { type: 'line', strokeWidth: 2 },
        encoding: { x: wavelengthAxis, y: { field: 'value', type: 'quantitative' }, color },
      },
    ],
  };
}
