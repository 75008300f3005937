import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { writeFileAtomic } from '@prismamba/formats/node';
import type { TopLevelSpec } from 'vega-lite';
import { lossChart, spectraChart } from './charts.js';
import type { Html } from './html.js';
import { trusted } from './html.js';
import { readRun } from './read-run.js';
import { renderChart } from './render-chart.js';
import { reportPage } from './report-page.js';

/**
 * Writes `report.html` of a finished run: one file that needs no other. Beside each chart in `figures/` lies its
 * Vega-Lite specification. Returns the report's path.
 */
export async function writeReport(folder: string): Promise<string> {
  const run = readRun(folder);
  const chart = async (name: string, spec: TopLevelSpec): Promise<Html> => {
    const svg = await renderChart(spec);
    writeText(join(folder, 'figures', `${name}.vl.json`), `${JSON.stringify(spec, undefined, 1)}\n`);
    writeText(join(folder, 'figures', `${name}.svg`), svg);
    return trusted(svg);
  };
  const loss = run.steps.length > 1 ? await chart('loss-curve', lossChart(run.steps)) : undefined;
  const spectra = new Map<string, Html>();
  for (const figure of run.scenes)
    spectra.set(figure.scene, await chart(`spectra-${figure.scene}`, spectraChart(figure)));
  const image = (file: string) =>
    `data:image/png;base64,${readFileSync(join(folder, file)).toString('base64')}`;
  const path = join(folder, 'report.html');
  writeText(path, reportPage(run, { loss, spectra, image }).text);
  return path;
}

const writeText = (path: string, text: string) => writeFileAtomic(path, new TextEncoder().encode(text));
