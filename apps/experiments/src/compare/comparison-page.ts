import { html, type Html } from '../report/html.js';
import { chartBox, factTable, fittedChart, page, textTable } from '../report/page.js';
import { renderChart } from '../report/render-chart.js';
import { comparisonDifferences, comparisonParallel, runBandErrors, runCurves } from './comparison-figures.js';
import { comparisonNotes, differencesText, pairedText, scoresText } from './comparison-text.js';
import type { Comparison } from './comparison.js';

/** One self-contained page of a comparison: a picture, the scores, what differs, the tests, the curves. */
export async function comparisonPage(comparison: Comparison): Promise<Html> {
  const { runs, metric, protocol, differences } = comparison;
  const draw = async (spec: Parameters<typeof renderChart>[0] | undefined, box = chartBox) =>
    spec === undefined ? undefined : box(await renderChart(spec));
  const parallel = await draw(comparisonParallel(comparison), fittedChart);
  const scenes = await draw(comparisonDifferences(comparison));
  const curves = await draw(runCurves(runs));
  const bands = await draw(runBandErrors(runs));
  const notes = comparisonNotes(comparison);
  const tableOf = ({ head, rows }: ReturnType<typeof scoresText>) => textTable(head, rows);
  return page(
    `${runs.length} runs compared: ${metric}, protocol ${protocol}`,
    html`
      ${parallel ?? scenes ?? ''}
      <h2>Scores</h2>
      <p>${notes.scores}</p>
      ${tableOf(scoresText(comparison))}
      <h2>Settings that differ</h2>
      ${differences.size === 0 ? html`<p>None that changes a number.</p>` : tableOf(differencesText(comparison))}
      <h2>Scene by scene</h2>
      <p>${notes.paired}</p>
      ${parallel === undefined ? '' : (scenes ?? '')} ${tableOf(pairedText(comparison))}
      ${
        curves === undefined
          ? ''
          : html`<h2>Training</h2>
              ${curves}`
      }
      ${
        bands === undefined
          ? ''
          : html`<h2>Error by wavelength</h2>
              <p>Line: mean over the test scenes; shaded: from the best to the worst scene.</p>
              ${bands}`
      }
      <h2>Runs</h2>
      ${factTable(
        runs.map(({ label, folder, summary }) => [
          label,
          `${folder}; ${summary.data}; RGB ${summary.rgb}; weights ${summary.weights}; commit ${summary.environment.commit ?? 'not run from a checkout'}`,
        ]),
      )}
    `,
  );
}
