import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { checkGeneratedSection, table } from '@prismamba/testing/docs';
import { describe, expect, it } from 'vitest';
import { listPretrained, type PretrainedCard, type Scores } from './index.js';

const folder = join(import.meta.dirname, '..');

const columns: readonly (readonly [key: string, digits: number])[] = [
  ['PSNR', 2],
  ['MRAE', 3],
  ['SAM', 2],
  ['RMSE', 4],
];
const cells = (scores: Scores) => columns.map(([key, digits]) => scores[key]!.toFixed(digits));
const number = (value: number) => value.toLocaleString('en-US');

function facts(card: PretrainedCard): string {
  const { training, evaluation } = card;
  const { train, validation, test } = training.split;
  return table(
    ['what', ''],
    [
      ['file', `${number(card.bytes)} bytes, SHA-256 \`${card.sha256}\``],
      ['network', `\`${card.model}\`, ${number(card.parameters)} parameters`],
      [
        'input',
        `RGB in [0, 1], ${card.input === 'linear' ? 'linear light' : card.input}; trained on RGB by the recipe \`${card.rgb}\``,
      ],
      ['output', '31 bands, 400 to 700 nm, on the scale of the training cubes'],
      ['data', training.data],
      ['training scenes', `${train.length}: ${train.join(', ')}`],
      ['validation scenes', validation.join(', ')],
      ['test scenes', `${test.join(', ')}; never used in training or selection`],
      [
        'steps',
        `${number(training.step)} of ${number(training.plannedSteps)}, ${training.batchSize} patches of ${training.patches}`,
      ],
      ['loss', training.loss],
      ['weights', training.selection],
      ['seed', String(training.seed)],
      [
        'time',
        training.minutes === undefined
          ? `not kept: the run went on in another process; on ${training.backend}`
          : `${training.minutes} minutes on ${training.backend}`,
      ],
      ['command', `\`${training.command}\``],
      ['commit, identity of the run', `\`${training.commit}\`, \`${training.identity ?? 'none'}\``],
      ['notes', training.notes.join('; ')],
      ['prediction of the scores', evaluation.prediction],
    ],
  );
}

function scores({ evaluation }: PretrainedCard): string {
  const { mean, scenes, baseline } = evaluation;
  const protocols = Object.keys(mean);
  const parts = protocols.map((protocol) =>
    [
      `Protocol \`${protocol}\`:`,
      '',
      table(
        ['scene', ...columns.map(([key]) => key)],
        [
          ...scenes.map(({ scene, scores: of }) => [scene, ...cells(of[protocol]!)]),
          ['**mean**', ...cells(mean[protocol]!)],
          [`${baseline.title}, mean`, ...cells(baseline.mean[protocol]!)],
        ],
      ),
    ].join('\n'),
  );
  return parts.join('\n\n');
}

interface CameraRow {
  readonly camera: string;
  readonly exposure: number;
  readonly jpeg: number | null;
  readonly ours: Scores;
  readonly regression: Scores;
}

/** The scores on photos of cameras that training never saw; `tools/score-cameras.mjs` makes the file. */
function cameras(file: string, card: PretrainedCard): string {
  const { sha256, rows } = JSON.parse(readFileSync(file, 'utf8')) as { sha256: string; rows: CameraRow[] };
  expect(sha256, `${file} was made with other weights: run tools/score-cameras.mjs`).toBe(card.sha256);
  const both = ({ ours, regression }: CameraRow, key: string, digits: number) => [
    ours[key]!.toFixed(digits),
    regression[key]!.toFixed(digits),
  ];
  return table(
    ['camera', 'light', 'JPEG', 'PSNR', 'regression', 'MRAE', 'regression', 'SAM', 'regression'],
    rows.map((row) => [
      row.camera,
      `x${row.exposure}`,
      row.jpeg === null ? 'none' : `quality ${row.jpeg}`,
      ...both(row, 'PSNR', 2),
      ...both(row, 'MRAE', 3),
      ...both(row, 'SAM', 2),
    ]),
  );
}

const percent = (part: number) => `${(100 * part).toFixed(1)} %`;

/** What `tools/measure-limits.mjs` measured. */
function limits({ name, sha256, training, limits: measured }: PretrainedCard): string {
  expect(
    measured?.sha256,
    `${name}: run tools/measure-limits.mjs, its limits are those of other weights`,
  ).toBe(sha256);
  const { consistent, uncertainty, inputs } = measured!;
  const row = (what: string, scores: Scores) => [
    what,
    scores['MRAE']!.toFixed(3),
    scores['SAM']!.toFixed(2),
    scores['DeltaE2000']!.toFixed(2),
  ];
  const bands = [Math.min(...uncertainty.testByBand), Math.max(...uncertainty.testByBand)];
  return [
    table(
      ['test scenes, protocol `standard`', 'MRAE', 'SAM', 'Delta E 2000'],
      [
        row('as predicted', consistent.plain),
        row(`\`--consistent\`: held to ${consistent.rendering}`, consistent.consistent),
      ],
    ),
    '',
    table(
      ['90 % intervals of `--uncertainty` contain', 'of the values'],
      [
        ['validation scenes, on which they were calibrated', percent(uncertainty.validation)],
        ['test scenes', percent(uncertainty.test)],
        ['test scenes, by band', `${percent(bands[0]!)} to ${percent(bands[1]!)}`],
      ],
    ),
    '',
    `The warnings for photos unlike those of the training compare with ${inputs.images} images; ${inputs.unlikeTestScenes.length} of ${training.split.test.length} test scenes are called unlike them.`,
  ].join('\n');
}

describe.each(listPretrained().map((card) => [card.name, card] as const))('the card of %s', (name, card) => {
  const page = join(folder, 'weights', `${name}.md`);

  it('states the facts of its run', () => checkGeneratedSection(page, 'facts', facts(card)));
  // Only weights for photos are scored on cameras.
  const file = join(folder, 'weights', `${name}.cameras.json`);
  if (existsSync(file)) {
    it('states the scores on cameras that training never saw', () =>
      checkGeneratedSection(page, 'cameras', cameras(file, card)));
  }
  it('states its limits', () => checkGeneratedSection(page, 'limits', limits(card)));
  it('states the scores of its run', () => checkGeneratedSection(page, 'scores', scores(card)));
});

it("the README's table lists what is shipped", async () => {
  const rows = listPretrained().map(({ name, model, rgb, bytes, evaluation: { mean } }) => [
    `[\`${name}\`](weights/${name}.md)`,
    `\`${model}\``,
    `\`${rgb}\``,
    `${Math.round(bytes / 1000)} kB`,
    ...cells(mean['standard']!).slice(0, 3),
  ]);
  const text = table(['name', 'network', 'RGB', 'size', 'PSNR', 'MRAE', 'SAM'], rows);
  await checkGeneratedSection(join(folder, 'README.md'), 'weights', text);
});
