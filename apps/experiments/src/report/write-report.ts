import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { writeFileAtomic } from '@prismamba/formats/node';
import type { TopLevelSpec } from 'vega-lite';
import { writeFigure } from '../figures/write-figure.js';
import { bandErrorChart, lossChart, meanSpectrumChart, spectraChart } from './charts.js';
import type { Html } from './html.js';
import { trusted } from './html.js';
import { figureStem } from '../run/figure-stem.js';
import { readRun } from './read-run.js';
import { sceneFigureGrid } from './scene-figure-grid.js';
import { sceneGridSvg } from './scene-grid.js';
import { reportPage } from './report-page.js';

/**
 * Writes `report.html` of a finished run: one file that needs no other. Each chart stands in `figures/` as
 * SVG and PNG with its Vega-Lite specification and what it draws. Returns the report's path.
 */
export async function writeReport(folder: string): Promise<string> {
  const run = readRun(folder);
  const chart = async (name: string, spec: TopLevelSpec): Promise<Html> => {
    return trusted((await writeFigure(join(folder, 'figures'), name, spec)).svg);
  };
  const image = (file: string) =>
    `data:image/png;base64,${readFileSync(join(folder, file)).toString('base64')}`;
  const loss = run.steps.length > 1 ? await chart('loss-curve', lossChart(run.steps)) : undefined;
  const bands =
    run.bandErrors.length > 0
      ? await chart('error-by-wavelength', bandErrorChart(run.bandErrors))
      : undefined;
  const [spectra, means, grids] = [new Map<string, Html>(), new Map<string, Html>(), new Map<string, Html>()];
  for (const figure of run.scenes) {
    spectra.set(figure.scene, await chart(`spectra-${figureStem(figure.scene)}`, spectraChart(figure)));
    means.set(
      figure.scene,
      await chart(`mean-spectrum-${figureStem(figure.scene)}`, meanSpectrumChart(figure)),
    );
    const grid = sceneFigureGrid(figure, image);
    writeText(
      join(folder, 'figures', `grid-${figureStem(figure.scene)}.svg`),
      sceneGridSvg(grid, { colour: '#1a1a1a', background: 'white' }),
    );
    grids.set(figure.scene, trusted(sceneGridSvg(grid)));
  }
  const path = join(folder, 'report.html');
  writeText(path, reportPage(run, { loss, bands, spectra, means, grids }).text);
  return path;
}

const writeText = (path: string, text: string) => writeFileAtomic(path, new TextEncoder().encode(text));
