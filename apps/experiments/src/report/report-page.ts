import { formatScore, isLargerBetter, type ModelScores } from '../run/score-table.js';
import type { RunSummary } from '../run/run-summary.js';
import type { SceneFigure } from '../run/scene-figures.js';
import { html, type Html } from './html.js';
import { factTable, page } from './page.js';
import type { FinishedRun } from './read-run.js';
import { LEVEL, sceneScores, smallestPValue, spreadOf, verdictOf } from './significance.js';

export interface ReportFigures {
  readonly loss: Html | undefined;
  /** RMSE by wavelength, where the run kept it. */
  readonly bands: Html | undefined;
  /** By scene: spectra at pixels, the mean spectrum, the grid of pictures. */
  readonly spectra: ReadonlyMap<string, Html>;
  readonly means: ReadonlyMap<string, Html>;
  readonly grids: ReadonlyMap<string, Html>;
}

/** The whole page: a picture first, then the scores, then everything that one needs to judge them. */
export function reportPage(run: FinishedRun, figures: ReportFigures): Html {
  const { summary, models, scenes } = run;
  const [first, ...others] = scenes;
  return page(
    summary.title,
    html`
      ${summary.synthetic ? html`<p class="banner">Synthetic scenes: trained and scored on images made by a program, none of them a photograph. These scores say nothing about real scenes and stand beside no published table.</p>` : ''}
      ${first === undefined ? '' : sceneSection(first, summary.rgb, figures)}
      <h2>Scores on ${scenesOf(summary.split.test.length)} not trained on</h2>
      ${scoreTables(models, run)}
      <p>Every number on this page was computed in this run; none is taken from a paper.</p>
      ${
        figures.bands === undefined
          ? ''
          : html`<h3>Error by wavelength</h3>
              <p>Line: mean over the test scenes; shaded: from the best to the worst scene.</p>
              <div class="chart wide">${figures.bands}</div>`
      }
      <h2>What was run</h2>
      <p>${aboutText(run)}</p>
      ${settings(run)}
      <h2>Loss curve</h2>
      ${figures.loss === undefined ? html`<p>No steps: the model is solved in closed form.</p>` : html`<div class="chart wide">${figures.loss}</div>`}
      ${others.length === 0 ? '' : html`<h2>More reconstructions</h2>`}
      ${others.map((scene) => sceneSection(scene, summary.rgb, figures))}
      <h2>Each scene</h2>
      ${sceneTables(models)}
    `,
  );
}

const scenesOf = (count: number) => `${count} ${count === 1 ? 'scene' : 'scenes'}`;

/** Changes of the data; naming the folder or split that the experiment's own command asks for is none. */
function changedData({ overrides, command }: RunSummary): string[] {
  const asked = [
    ...(/ --data\b/.test(command) ? ['data.folder=', 'data.source=auto'] : []),
    ...(/ --split\b/.test(command) ? ['data.split='] : []),
  ];
  return overrides.filter((text) => /^data\b/.test(text) && !asked.some((start) => text.startsWith(start)));
}

/** What the experiment says of itself; nothing of that where the run saw other data: it would be false there. */
function aboutText({ summary }: FinishedRun): Html {
  const changed = changedData(summary);
  if (changed.length === 0)
    return html`${summary.about} Expectation written down before the run: ${summary.expected}`;
  return html`This run saw other data than its experiment was written for (${changed.join(', ')}): what the
  experiment says of its data and expects of its scores does not hold here and is left out.`;
}

function scoreTables(models: readonly ModelScores[], { summary }: FinishedRun): Html[] {
  const count = models[0]?.scenes.length ?? 0;
  const rule =
    models.length < 2
      ? ''
      : `Bold: better than every other model by a paired test over the ${scenesOf(count)} (Wilcoxon, corrected for ${models.length - 1} comparisons by Holm, p < ${LEVEL}).` +
        (smallestPValue(count, models.length - 1) < LEVEL
          ? ''
          : ` ${scenesOf(count)} cannot show that for any difference, so nothing is bold.`);
  return summary.protocols.map(({ name, title, notes }) => {
    const columns = Object.keys(models[0]?.mean[name] ?? {});
    const missing = (models[0]?.notes ?? []).filter((note) => note.includes(`under '${name}'`));
    return html`<h3>Protocol ${name}</h3>
      <p>
        ${title}. Mean over scenes, ± standard deviation over scenes.
        ${missing.length > 0 ? `${missing.join('. ')}. ` : ''}${rule}${notes.length > 0 ? html` Notes: ${notes.join(' ')}` : ''}
      </p>
      <div class="wide">
        <table>
          <thead>
            <tr>
              <th>score</th>
              ${models.map(({ title: model, parameters }) => html`<th>${model}<br /><small>${parameters.toLocaleString('en-US')} parameters</small></th>`)}
              ${models.length < 2 ? '' : html`<th>p</th>`}
            </tr>
          </thead>
          <tbody>
            ${columns.map((column) => scoreRow(models, name, column))}
          </tbody>
        </table>
      </div>`;
  });
}

function scoreRow(models: readonly ModelScores[], protocol: string, column: string): Html {
  const { best, significant, pValue } = verdictOf(models, protocol, column);
  const cell = (model: ModelScores, i: number) => {
    const spread = spreadOf(sceneScores(model, protocol, column));
    const mean = formatScore(column, model.mean[protocol]?.[column]);
    const around = spread === undefined ? '' : html` <small>± ${formatScore(column, spread)}</small>`;
    return html`<td class="number${significant && i === best ? ' best' : ''}">${mean}${around}</td>`;
  };
  return html`<tr>
    <td>${column} ${isLargerBetter(column) ? '(higher is better)' : '(lower is better)'}</td>
    ${models.map(cell)}
    ${models.length < 2 ? '' : html`<td class="number">${pValue === undefined ? '-' : pValue.toPrecision(2)}</td>`}
  </tr>`;
}

function settings({ summary, folder }: FinishedRun): Html {
  const { environment, split } = summary;
  const { machine } = environment;
  const rows: readonly (readonly [string, string])[] = [
    ['model', `${summary.model}, ${summary.parameters.toLocaleString('en-US')} parameters`],
    ['data', summary.data],
    [
      'split',
      `${split.name}: trained on ${split.train.join(', ')}${split.validation === undefined ? '' : `; validated on ${split.validation.join(', ')}`}; tested on ${split.test.join(', ')}`,
    ],
    ['RGB', summary.rgb],
    ['patches', summary.patches],
    [
      'training',
      `${summary.steps} steps, batch ${summary.batchSize}, loss ${summary.loss}, ${summary.trainingSeconds.toFixed(0)} s`,
    ],
    ['weights', summary.weights ?? 'the last of the training'],
    ['seed', String(summary.seed)],
    ['prediction', summary.prediction],
    ['protocols', summary.protocols.map(({ name }) => name).join('; ')],
    ['commit', environment.commit ?? 'not run from a checkout'],
    [
      'versions',
      `prismamba ${environment.prismamba}, Node ${environment.node}, TensorFlow.js ${environment.tensorflowjs}`,
    ],
    [
      'backend',
      `${environment.backend.name}, ${environment.backend.threads} threads: ${environment.backend.reason}`,
    ],
    ['machine', `${machine.cores} x ${machine.cpu}, ${machine.memoryGiB} GiB, ${machine.system}`],
    [
      'experiment',
      `${summary.command}${summary.overrides.length === 0 ? '' : `; changed for this run: ${summary.overrides.join(', ')}`}`,
    ],
    [
      'files',
      `${folder}: experiment.yaml, environment.json, log.jsonl, weights.safetensors, scores.json, scores.csv, figures/`,
    ],
    ...summary.notes.map((note) => ['note', note] as const),
  ];
  return factTable(rows);
}

function sceneSection(figure: SceneFigure, recipe: string, figures: ReportFigures): Html {
  return html`<h3>${figure.scene}</h3>
    <p>
      First row: the RGB input (${recipe}) and each reconstruction rendered by the same recipe, shown with
      gamma 2.2. Below: bands in grey, truth and reconstructions with one white, and under each reconstruction
      its absolute error.
    </p>
    <div class="beside">
      <div class="grid wide">${figures.grids.get(figure.scene) ?? ''}</div>
      <div class="chart">
        <h4>Mean spectrum</h4>
        ${figures.means.get(figure.scene) ?? ''}
      </div>
    </div>
    <h4>Spectra at chosen pixels</h4>
    <div class="chart wide">${figures.spectra.get(figure.scene) ?? ''}</div>`;
}

function sceneTables(models: readonly ModelScores[]): Html[] {
  const protocols = Object.keys(models[0]?.mean ?? {});
  return protocols.map((protocol) => {
    const columns = Object.keys(models[0]!.mean[protocol]!);
    return html`<h3>Protocol ${protocol}</h3>
      <div class="wide">
        <table>
          <thead>
            <tr>
              <th>scene</th>
              <th>model</th>
              ${columns.map((column) => html`<th>${column}</th>`)}
              <th>seconds</th>
            </tr>
          </thead>
          <tbody>
            ${(models[0]?.scenes ?? []).map(({ scene }, i) =>
              models.map(
                ({ title, scenes }) =>
                  html`<tr>
                    <td>${scene}</td>
                    <td>${title}</td>
                    ${columns.map((column) => html`<td class="number">${formatScore(column, scenes[i]?.scores[protocol]?.[column])}</td>`)}
                    <td class="number">${(scenes[i]?.seconds ?? NaN).toFixed(2)}</td>
                  </tr>`,
              ),
            )}
          </tbody>
        </table>
      </div>`;
  });
}
