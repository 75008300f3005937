import type { TopLevelSpec } from 'vega-lite';
import type { SceneFigure } from '../run/scene-figures.js';

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
    config: { background: 'white', font: 'system-ui, sans-serif' },
  };
}

/** Series colours that stay apart for colour-blind eyes (Okabe and Ito 2008); truth is black. */
const COLOURS = ['#000000', '#0072b2', '#d55e00', '#009e73', '#cc79a7', '#e69f00'];

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
    config: { background: 'white', font: 'system-ui, sans-serif' },
  };
}
