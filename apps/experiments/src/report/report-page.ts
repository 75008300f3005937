import { bestOf, formatScore, isLargerBetter, type ModelScores } from '../run/score-table.js';
import type { SceneFigure } from '../run/scene-figures.js';
import { colourGradient } from './colour-map.js';
import { html, trusted, type Html } from './html.js';
import type { FinishedRun } from './read-run.js';

export interface ReportFigures {
  readonly loss: Html | undefined;
  /** Spectra chart by scene. */
  readonly spectra: ReadonlyMap<string, Html>;
  /** A file of the run as a data URL. */
  readonly image: (file: string) => string;
}

const STYLE = `
:root { color-scheme: light dark; --line: #8884; --accent: #1f5fa8; }
body { font: 16px/1.5 system-ui, sans-serif; margin: 2rem auto; max-width: 70rem; padding: 0 1rem; }
h1 { line-height: 1.2; } h2 { margin-top: 2.5rem; border-bottom: 1px solid var(--line); }
table { border-collapse: collapse; margin: 1rem 0; } th, td { padding: .3rem .8rem; border-bottom: 1px solid var(--line); text-align: left; vertical-align: top; }
td.number { text-align: right; font-variant-numeric: tabular-nums; } td.best { font-weight: 700; }
figure { margin: 0; } figcaption { font-size: .85rem; max-width: 18rem; }
.row { display: flex; flex-wrap: wrap; gap: 1rem; margin: 1rem 0; } .row img { width: 16rem; max-width: 100%; image-rendering: pixelated; display: block; }
.banner { padding: .6rem 1rem; border-left: 4px solid #d55e00; background: #d55e0018; }
.scale { width: 16rem; height: .8rem; background: ${colourGradient}; } .chart { overflow-x: auto; } .chart svg { background: white; }
`;

/** The whole page. */
export function reportPage(run: FinishedRun, figures: ReportFigures): Html {
  const { summary, models, scenes } = run;
  return html`<!doctype html>
    <html lang="en">
      <head>
        <meta charset="utf-8" />
        <meta name="viewport" content="width=device-width, initial-scale=1" />
        <title>${summary.title}</title>
        <style>
          ${trusted(STYLE)}
        </style>
      </head>
      <body>
        <h1>${summary.title}</h1>
        <p>${summary.about}</p>
        ${summary.synthetic ? html`<p class="banner">Synthetic scenes: trained and scored on images made by a program, none of them a photograph. These scores say nothing about real scenes and stand beside no published table.</p>` : ''}
        <h2>Scores on ${summary.split.test.length} scenes that were not trained on</h2>
        ${scoreTables(models, run)}
        <p>
          Every number on this page was computed in this run; none is taken from a paper. Expectation written
          down before the run: ${summary.expected}
        </p>
        <h2>What was run</h2>
        ${settings(run)}
        <h2>Loss curve</h2>
        ${figures.loss === undefined ? html`<p>No steps: the model is solved in closed form.</p>` : html`<div class="chart">${figures.loss}</div>`}
        <h2>Reconstructions</h2>
        ${scenes.map((scene) => sceneSection(scene, summary.rgb, figures))}
        <h2>Each scene</h2>
        ${sceneTables(models)}
      </body>
    </html> `;
}

function scoreTables(models: readonly ModelScores[], { summary }: FinishedRun): Html[] {
  return summary.protocols.map(({ name, title, notes }) => {
    const columns = Object.keys(models[0]?.mean[name] ?? {});
    return html`<h3>Protocol ${name}</h3>
      <p>${title}. Mean over scenes.${notes.length > 0 ? html` Notes: ${notes.join(' ')}` : ''}</p>
      <table>
        <thead>
          <tr>
            <th>score</th>
            ${models.map(({ title: model, parameters }) => html`<th>${model}<br /><small>${parameters.toLocaleString('en-US')} parameters</small></th>`)}
          </tr>
        </thead>
        <tbody>
          ${columns.map((column) => {
            const best = bestOf(models, name, column);
            return html`<tr>
              <td>${column} ${isLargerBetter(column) ? '(higher is better)' : '(lower is better)'}</td>
              ${models.map(({ mean }, i) => html`<td class="number${i === best ? ' best' : ''}">${formatScore(column, mean[name]?.[column] ?? NaN)}</td>`)}
            </tr>`;
          })}
        </tbody>
      </table>`;
  });
}

function settings({ summary, folder }: FinishedRun): Html {
  const { environment, split } = summary;
  const { machine } = environment;
  const rows: readonly (readonly [string, string])[] = [
    ['model', `${summary.model}, ${summary.parameters.toLocaleString('en-US')} parameters`],
    ['data', summary.data],
    ['split', `${split.name}: trained on ${split.train.join(', ')}; tested on ${split.test.join(', ')}`],
    ['RGB', summary.rgb],
    ['patches', summary.patches],
    [
      'training',
      `${summary.steps} steps, batch ${summary.batchSize}, loss ${summary.loss}, ${summary.trainingSeconds.toFixed(0)} s`,
    ],
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
  return html`<table>
    <tbody>
      ${rows.map(
        ([key, value]) =>
          html`<tr>
            <th>${key}</th>
            <td>${value}</td>
          </tr>`,
      )}
    </tbody>
  </table>`;
}

function sceneSection(figure: SceneFigure, recipe: string, { spectra, image }: ReportFigures): Html {
  const wavelengths = [...new Set(figure.errorMaps.map(({ wavelength }) => wavelength))];
  const picture = (file: string, caption: string) =>
    html`<figure>
      <img src="${image(file)}" alt="${caption}" />
      <figcaption>${caption}</figcaption>
    </figure>`;
  return html`<h3>${figure.scene}</h3>
    <div class="row">
      ${picture(figure.input, `RGB input (${recipe}, shown with gamma 2.2)`)}${Object.entries(figure.rendered).map(([model, file]) => picture(file, `${model}, rendered by the same recipe`))}
    </div>
    ${wavelengths.map(
      (wavelength) =>
        html`<h4>Error at ${wavelength} nm</h4>
          <div class="row">
            ${figure.errorMaps.filter((map) => map.wavelength === wavelength).map(({ file, model, mean }) => picture(file, `${model}: mean |error| ${mean.toFixed(4)}`))}
          </div>`,
    )}
    <p>
      <span>0</span><span class="scale" style="display:inline-block;margin:0 .5rem"></span
      ><span
        >${figure.errorScale.toFixed(3)} (99th percentile of ${figure.errorMaps[0]?.model ?? ''}; larger
        errors look the same)</span
      >
    </p>
    <h4>Spectra at chosen pixels</h4>
    <div class="chart">${spectra.get(figure.scene) ?? ''}</div>`;
}

function sceneTables(models: readonly ModelScores[]): Html[] {
  const protocols = Object.keys(models[0]?.mean ?? {});
  return protocols.map((protocol) => {
    const columns = Object.keys(models[0]!.mean[protocol]!);
    return html`<h3>Protocol ${protocol}</h3>
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
                  ${columns.map((column) => html`<td class="number">${formatScore(column, scenes[i]?.scores[protocol]?.[column] ?? NaN)}</td>`)}
                  <td class="number">${(scenes[i]?.seconds ?? NaN).toFixed(2)}</td>
                </tr>`,
            ),
          )}
        </tbody>
      </table>`;
  });
}
