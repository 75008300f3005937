import { runInBrowser, whyNoBrowser } from '@prismamba/testing/browser';
import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import type { BandErrors, SceneFigure } from '../run/scene-figures.js';
import { bandErrorChart, lossChart, meanSpectrumChart, spectraChart } from './charts.js';
import { html } from './html.js';
import { chartBox, factTable, page } from './page.js';
import { renderChart } from './render-chart.js';
import { sceneGridSvg } from './scene-grid.js';
import { parallelCoordinatesChart } from '../figures/parallel-coordinates.js';
import { sceneDifferencesChart } from '../figures/scene-differences.js';
import { sampleTable } from '../testing/sample-table.js';
import {
  tableAblation,
  tableBubbles,
  tableComparisons,
  tableCurves,
  type GroupComparison,
} from '../tables/table-figures.js';
import { complexityChart } from '../reproduce/write-complexity.js';
import { publishedComplexity } from '../reproduce/published-complexity.js';

const module = new URL('../testing/charts.page.ts', import.meta.url);
const problems = (charts: Record<string, string>) => runInBrowser({ module, input: charts });
const reason = whyNoBrowser();

const wavelengths = Array.from({ length: 31 }, (_, i) => 400 + 10 * i);
const models = ['GMSR-Net', 'Polynomial regression of a rather long name', 'Mean spectrum'];
const spectrum = (scale: number) => wavelengths.map((nm) => scale * (0.3 + 0.2 * Math.sin(nm / 60)));
const series = Object.fromEntries(['truth', ...models].map((name, i) => [name, spectrum(1 + i / 10)]));
const figure: SceneFigure = {
  scene: 'a_scene_with_a_long_name',
  height: 4,
  width: 4,
  wavelengths,
  input: '',
  rendered: {},
  errorMaps: [],
  truth: {},
  meanSpectra: series,
  errorScale: 1,
  pixels: [1, 2, 3, 4].map((row) => ({ row, column: 2, series })),
};
const errors: BandErrors[] = models.flatMap((model, i) =>
  ['a', 'b', 'c'].map((scene, k) => ({ scene, model, wavelengths, rmse: spectrum(0.1 * (1 + i + k / 5)) })),
);
const losses = Array.from({ length: 300 }, (_, i) => ({ step: i + 1, loss: 0.3 / (i + 1) }));
const pixel =
  'data:image/png;base64,iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg==';
const cell = { image: pixel, caption: 'mean 0.1088, 24.8 % above' };

describe.skipIf(reason !== undefined)(`charts in a browser${reason ? ` (skipped: ${reason})` : ''}`, () => {
  it('every chart of a report: marks with an extent inside the frame, no text cut', async () => {
    const charts = {
      loss: await renderChart(lossChart(losses)),
      spectra: await renderChart(spectraChart(figure)),
      'mean spectrum': await renderChart(meanSpectrumChart(figure)),
      'error by wavelength': await renderChart(bandErrorChart(errors)),
      grid: sceneGridSvg({
        columns: ['truth', 'seed=1, learning_rate=0.004, spectral_attention=true', 'Polynomial regression'],
        rows: [
          { label: 'RGB', cells: [cell, cell, cell] },
          { label: '|error|\n550 nm', cells: ['scale', cell, cell] },
        ],
        scale: 0.157,
        scaleTitle: 'absolute error',
      }),
    };
    expect(await problems(charts)).toEqual([]);
  });

  it('the charts that commands write', async () => {
    const rows = publishedComplexity.map(({ row, table, gflops }) => ({
      row,
      table,
      flopsPaperG: gflops,
      honestMacsG: gflops,
    }));
    const kept = new URL('../../../../docs/performance.svg', import.meta.url);
    expect(
      await problems({
        complexity: await renderChart(complexityChart(rows)),
        'docs/performance.svg': readFileSync(kept, 'utf8'),
      }),
    ).toEqual([]);
  });

  it('every chart of a table and of a comparison of runs', async () => {
    const table = sampleTable();
    const twice = {
      ...table,
      groups: ['cave', 'harvard'].map((name) => ({ name, label: name })),
      rows: ['cave', 'harvard'].flatMap((group) => table.rows.map((row) => ({ ...row, group }))),
    };
    const [metric] = table.metrics;
    const [{ rows, reference }] = tableComparisons(table, metric!) as [GroupComparison];
    const runs = [1e-4, 1e-3, 1e-2].map((rate, i) => ({
      run: `run ${i}`,
      settings: {
        'training.schedule.learning_rate': rate,
        'model.options.widths': [i, 31],
        'model.name': 'm3sr',
      },
      score: 30 + i,
    }));
    const charts = {
      ablation: tableAblation(table, metric!)!,
      'ablation of groups': tableAblation(twice, metric!)!,
      bubbles: tableBubbles(table, metric!)!,
      'bubbles of groups': tableBubbles(twice, metric!)!,
      printed: tableBubbles(table, metric!, { printed: true })!,
      curves: tableCurves(table)!,
      'curves of groups': tableCurves(twice)!,
      differences: sceneDifferencesChart(rows, { metric: metric!.label, reference }),
      parallel: parallelCoordinatesChart(runs, metric!),
    };
    const drawn = Object.entries(charts).map(
      async ([name, spec]) => [name, await renderChart(spec)] as const,
    );
    expect(await problems(Object.fromEntries(await Promise.all(drawn)))).toEqual([]);
  });

  it('a page of 420 pixels: wide charts and tables are scrolled, the page is not, and no word is broken', async () => {
    const scores = models.map((model) => html`<td class="number">${model} 0.1234 ± 0.0123</td>`);
    const body = html`${factTable([['split', `${'synthetic-test-000'.repeat(9)}, tested`]])}
      <div class="wide">
        <table>
          <tr>
            <td>MRAE (lower is better)</td>
            ${scores}
          </tr>
        </table>
      </div>
      ${chartBox(await renderChart(spectraChart(figure)))}`;
    const narrow = {
      module: new URL('../testing/narrow.page.ts', import.meta.url),
      input: page('A title', body).text,
    };
    expect(await runInBrowser(narrow)).toEqual({ overflow: 0, scrolled: 2, broken: [] });
  });

  it.each([
    ['a dark system', true],
    ['a light one', false],
  ])('a page on %s: every text, line and mark of tables and charts stands out', async (_, dark) => {
    const body = html`${factTable([['split', 'synthetic-test-000']])}
    ${chartBox(await renderChart(spectraChart(figure)))}
    ${chartBox(await renderChart(bandErrorChart(errors)))} ${chartBox(await renderChart(lossChart(losses)))}`;
    const report = await runInBrowser({
      module: new URL('../testing/contrast.page.ts', import.meta.url),
      input: page('A title', body).text,
      dark,
    });
    expect(report).toEqual({
      dark,
      texts: expect.any(Number) as number,
      marks: expect.any(Number) as number,
      faint: [],
    });
    const { texts, marks } = report as { readonly texts: number; readonly marks: number };
    expect(texts).toBeGreaterThan(50);
    expect(marks).toBeGreaterThan(20);
  });

  it('finds what it looks for', async () => {
    const svg = (inner: string) =>
      `<svg xmlns="http://www.w3.org/2000/svg" width="100" height="50"><g class="mark-line">${inner}</g></svg>`;
    expect(
      await problems({
        cut: svg('<path d="M0 0L50 20"/><text x="80" y="20">a long label</text>'),
        empty: svg(''),
        thin: svg('<path d="M5 5L5 5" stroke="black"/>'),
      }),
    ).toEqual(["cut: 'a long label' is cut", 'empty: nothing is drawn', 'thin: a mark has no extent']);
  });
});
