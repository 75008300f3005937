import { Command } from 'commander';
import { nearestNames } from '@prismamba/core';
import type { TopLevelSpec } from 'vega-lite';
import { comparisonParallel, runCurves } from '../compare/comparison-figures.js';
import { compareRuns } from '../compare/comparison.js';
import { findRuns } from '../compare/find-runs.js';
import { openRuns, type ComparedRun } from '../compare/open-runs.js';
import { fileName, pngOf, writeFigure, writeFiles } from '../figures/write-figure.js';
import { sceneOfRuns } from '../figures/scene-of-runs.js';
import { spectraChart } from '../report/charts.js';
import { sceneFigureGrid } from '../report/scene-figure-grid.js';
import { sceneGridSvg } from '../report/scene-grid.js';
import { tableAblation, tableBubbles } from '../tables/table-figures.js';
import type { TableMetric, TableResult } from '../tables/table-result.js';
import { readTable } from '../tables/write-table-page.js';
import { UserError, usageError } from '../user-error.js';
import { backendOption, collect } from './options.js';

const RUNS = 'run folders, the folder of a sweep, or names and patterns that `prismamba runs` lists';
const TABLE = 'table folder of `prismamba reproduce`, such as results/gmsr-net-3/mini';

interface RunOptions {
  readonly out: string;
  readonly runs: string;
}

interface SceneOptions extends RunOptions {
  readonly scene: string;
  readonly data?: string;
  readonly split?: string;
  readonly backend?: string;
}

interface TableOptions {
  readonly out: string;
  readonly metric?: string;
  readonly group?: string;
  readonly printed?: boolean;
}

const say = (files: readonly string[], note = '') =>
  process.stdout.write(`${note === '' ? '' : `${note}\n`}written: ${files.join(', ')}\n`);

async function draw(name: string, out: string, spec: TopLevelSpec | undefined, why: string): Promise<void> {
  if (spec === undefined) throw new UserError(`figure: ${why}`);
  say((await writeFigure(out, name, spec)).files);
}

function found(args: readonly string[], { runs }: RunOptions, least: number): ComparedRun[] {
  const { folders, leftOut } = findRuns(args, runs);
  for (const text of leftOut) process.stderr.write(`left out: ${text}\n`);
  return openRuns(folders, least);
}

function wholeNumber(option: string, text: string, least: number): number {
  const value = Number(text);
  if (!Number.isInteger(value) || value < least)
    throw usageError(`${option} ${text}: wanted a whole number of ${least} or more`);
  return value;
}

function wavelengthOf(text: string): number {
  const value = Number(text);
  if (!Number.isFinite(value) || value <= 0)
    throw usageError(`--wavelength ${text}: wanted nanometres, such as 540`);
  return value;
}

const onRuns = (command: Command) =>
  command
    .argument('<run...>', RUNS)
    .option('--runs <folder>', 'folder where names of runs are looked up', 'runs')
    .option('--out <folder>', 'folder for the figure', 'figures');

const onScene = (command: Command) =>
  onRuns(command)
    .requiredOption('--scene <name>', 'the scene')
    .option('--data <folder>', 'where the scenes are, if not where the run saw them')
    .option('--split <file>', 'JSON of scenes; FILE#subset takes a part of it')
    .addOption(backendOption('that of the run'));

const onTable = (command: Command) =>
  command
    .argument('<table>', TABLE)
    .option('--metric <name>', 'metric of the table (default: its first)')
    .option('--out <folder>', 'folder for the figure', 'figures');

const trainingNote = (trainedOn: boolean) =>
  trainedOn ? 'note: a run was trained on this scene; its reconstruction says little of others' : '';

function mapsCommand(): Command {
  return onScene(new Command('maps'))
    .summary('reconstructions and error heat maps of a scene')
    .description(
      'Reconstructs a scene with the weights of each run and draws truth, reconstructions and absolute errors on one scale, as in ' +
        'Figs. 4-6, 8 and 9 of the GMSR-Net paper. Writes SVG, PNG and the numbers as JSON.',
    )
    .option('--wavelength <nm>', 'may be repeated (default: 540)', collect, [])
    .addHelpText(
      'after',
      '\nExample:\n  prismamba figure maps runs/quickstart --scene synthetic-test-000 --wavelength 480 --wavelength 560',
    )
    .action(async (args: string[], options: SceneOptions & { readonly wavelength: readonly string[] }) => {
      const wavelengths = (options.wavelength.length === 0 ? ['540'] : options.wavelength).map(wavelengthOf);
      const runs = found(args, options, 1);
      const { figure, image, trainedOn } = await sceneOfRuns(runs, {
        ...options,
        wavelengths,
        pixels: 0,
        seed: 0,
      });
      const grid = sceneFigureGrid(figure, image);
      const svg = sceneGridSvg(grid, { colour: '#1a1a1a', background: 'white' });
      const { scene, errorScale } = figure;
      const maps = figure.errorMaps.map(({ wavelength, model, mean, above }) => ({
        run: model,
        wavelength,
        meanAbsoluteError: mean,
        partAboveScale: above,
      }));
      const folders = Object.fromEntries(runs.map(({ label, folder }) => [label, folder]));
      const numbers = { scene, errorScale, trainedOn, runs: folders, maps };
      const name = `maps-${fileName(scene)}-${Object.keys(figure.truth).join('-')}nm`;
      const json = `${JSON.stringify(numbers, undefined, 1)}\n`;
      say(writeFiles(options.out, name, { svg, png: await pngOf(svg), json }), trainingNote(trainedOn));
    });
}

function spectraCommand(): Command {
  return onScene(new Command('spectra'))
    .summary('spectra at random pixels of a scene')
    .description('Truth and reconstructions at pixels drawn by a seed, as in Fig. 7 of the GMSR-Net paper.')
    .option('--pixels <count>', 'how many', '4')
    .option('--seed <number>', 'seed that draws them', '0')
    .addHelpText(
      'after',
      '\nExample:\n  prismamba figure spectra runs/quickstart --scene synthetic-test-000 --pixels 8 --seed 7',
    )
    .action(
      async (args: string[], options: SceneOptions & { readonly pixels: string; readonly seed: string }) => {
        const pixels = wholeNumber('--pixels', options.pixels, 1);
        const seed = wholeNumber('--seed', options.seed, 0);
        const { figure, trainedOn } = await sceneOfRuns(found(args, options, 1), {
          scene: options.scene,
          ...(options.data === undefined ? {} : { data: options.data }),
          ...(options.split === undefined ? {} : { split: options.split }),
          wavelengths: [],
          pixels,
          seed,
        });
        const name = `spectra-${fileName(figure.scene)}-seed-${seed}`;
        const { files } = await writeFigure(options.out, name, spectraChart(figure));
        say(files, trainingNote(trainedOn));
      },
    );
}

function curvesCommand(): Command {
  return onRuns(new Command('curves'))
    .summary('loss and validation by step')
    .addHelpText('after', '\nExample:\n  prismamba figure curves runs/quickstart --out figures')
    .action(async (args: string[], options: RunOptions) =>
      draw('curves', options.out, runCurves(found(args, options, 1)), 'no run was trained by steps'),
    );
}

function parallelCommand(): Command {
  return onRuns(new Command('parallel'))
    .summary('parallel coordinates of settings and score')
    .option('--protocol <name>', 'whose scores', 'standard')
    .option('--metric <name>', 'the score', 'PSNR')
    .addHelpText('after', '\nExample:\n  prismamba figure parallel runs/quickstart --metric SAM')
    .action(
      async (
        args: string[],
        options: RunOptions & { readonly protocol: string; readonly metric: string },
      ) => {
        const { protocol, metric } = options;
        const comparison = compareRuns(found(args, options, 2), { protocol, metric, against: 'best' });
        const spec = comparisonParallel(comparison);
        await draw(`parallel-${fileName(metric)}`, options.out, spec, 'no setting differs between the runs');
      },
    );
}

function metricOf({ metrics }: TableResult, name: string | undefined): TableMetric {
  const metric = name === undefined ? metrics[0] : metrics.find((one) => one.name === name);
  if (metric !== undefined) return metric;
  const names = metrics.map((one) => one.name);
  const [nearest] = nearestNames(name!, names, 1);
  throw usageError(
    `--metric ${name}: the table has no such metric${nearest === undefined ? '' : `, did you mean '${nearest}'?`} It has: ${names.join(', ')}`,
  );
}

function checkGroup({ groups }: TableResult, group: string | undefined): void {
  if (group === undefined || groups.some(({ name }) => name === group)) return;
  const names = groups.map(({ name }) => name).join(', ');
  throw usageError(`--group ${group}: the table has ${names === '' ? 'no groups' : `the groups ${names}`}`);
}

function ablationCommand(): Command {
  return onTable(new Command('ablation'))
    .summary('a table: runs as dots, mean and spread over seeds')
    .addHelpText(
      'after',
      '\nExample:\n  prismamba figure ablation results/gmsr-net-3/mini --metric "standard PSNR"',
    )
    .action(async (folder: string, options: TableOptions) => {
      const table = readTable(folder);
      const metric = metricOf(table, options.metric);
      const name = `ablation-${fileName(metric.name)}`;
      await draw(name, options.out, tableAblation(table, metric), 'no run of the table is finished');
    });
}

function bubbleCommand(): Command {
  return onTable(new Command('bubble'))
    .summary('a table: score against operations, area for parameters')
    .description(
      'Score against multiply-accumulates with parameters as area, as Fig. 1 of the GMSR-Net paper. Operations and parameters are ' +
        "our own honest count, also with --printed, which takes the paper's scores.",
    )
    .option('--group <name>', 'only this data set of the table')
    .option('--printed', "the paper's printed scores in place of ours")
    .addHelpText(
      'after',
      `
Examples:
  prismamba figure bubble results/gmsr-net-3/mini
  prismamba figure bubble results/gmsr-net-1/mini --group cave --printed`,
    )
    .action(async (folder: string, options: TableOptions) => {
      const table = readTable(folder);
      const metric = metricOf(table, options.metric);
      checkGroup(table, options.group);
      const { group, printed = false } = options;
      const spec = tableBubbles(table, metric, { printed, ...(group === undefined ? {} : { group }) });
      const name = `bubble-${fileName(metric.name)}${printed ? '-printed' : ''}${group === undefined ? '' : `-${fileName(group)}`}`;
      const why = `fewer than two rows have ${printed ? 'a printed score' : 'a finished run'} and a count of operations`;
      await draw(name, options.out, spec, why);
    });
}

/** `prismamba figure`. */
export function figureCommand(): Command {
  const command = new Command('figure')
    .summary('draw a figure of runs or of a table')
    .description(
      'Draws one figure and writes it as SVG and PNG, with its Vega-Lite specification and its data beside it.',
    )
    .addHelpText(
      'after',
      `
Examples:
  prismamba figure maps runs/quickstart --scene synthetic-test-000 --wavelength 540
  prismamba figure curves runs/quickstart
  prismamba figure ablation results/gmsr-net-3/mini`,
    );
  const kinds = [
    mapsCommand(),
    spectraCommand(),
    curvesCommand(),
    parallelCommand(),
    ablationCommand(),
    bubbleCommand(),
  ];
  for (const kind of kinds) command.addCommand(kind);
  return command;
}
