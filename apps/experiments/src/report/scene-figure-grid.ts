import type { SceneFigure } from '../run/scene-figures.js';
import type { GridRow, SceneGrid } from './scene-grid.js';

/** The pictures of a scene in their places; `image` gives the data URL of a file that the figure names. */
export function sceneFigureGrid(figure: SceneFigure, image: (file: string) => string): SceneGrid {
  const models = Object.keys(figure.rendered);
  const wavelengths = Object.keys(figure.truth).map(Number);
  const mapOf = (model: string, wavelength: number) =>
    figure.errorMaps.find((map) => map.model === model && map.wavelength === wavelength)!;
  const rows: GridRow[] = [
    {
      label: 'RGB',
      cells: [
        { image: image(figure.input), caption: 'input' },
        ...models.map((model) => ({ image: image(figure.rendered[model]!), caption: 'rendered' })),
      ],
    },
  ];
  wavelengths.forEach((wavelength, i) => {
    rows.push({
      label: `${wavelength} nm`,
      cells: [
        { image: image(figure.truth[wavelength]!), caption: 'truth' },
        ...models.map((model) => ({
          image: image(mapOf(model, wavelength).band),
          caption: 'reconstruction',
        })),
      ],
    });
    rows.push({
      label: `|error|\n${wavelength} nm`,
      cells: [
        i === 0 ? 'scale' : undefined,
        ...models.map((model) => {
          const { file, mean, above } = mapOf(model, wavelength);
          const clipped = above > 0 ? `, ${(100 * above).toFixed(1)} % above` : '';
          return { image: image(file), caption: `mean ${mean.toFixed(4)}${clipped}` };
        }),
      ],
    });
  });
  return { columns: ['truth', ...models], rows, scale: figure.errorScale, scaleTitle: 'absolute error' };
}
