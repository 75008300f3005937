import Table from 'cli-table3';
import { Command } from 'commander';
import { parseOverride } from '../config/overrides.js';
import { readRun } from '../report/read-run.js';
import { formatSeconds } from '../run/progress-bar.js';
import { formatScore, isLargerBetter } from '../run/score-table.js';
import { doRuns, requireAllFinished, sayPlan } from '../sweep/do-runs.js';
import type { RunOutcome } from '../sweep/execute-runs.js';
import { gridOf, parseAxis, randomOf } from '../sweep/over.js';
import { planSweep, type SweepRun } from '../sweep/plan-sweep.js';
import { successiveHalving } from '../sweep/successive-halving.js';
import { usageError } from '../user-error.js';
import { collect, dataOverrides } from './options.js';

interface SweepOptions {
  readonly over: readonly string[];
  readonly set: readonly string[];
  readonly random?: string;
  readonly seed: string;
  readonly jobs?: string;
  readonly data?: string;
  readonly split?: string;
  readonly out: string;
  readonly metric: string;
  readonly dryRun: boolean;
  readonly halving?: string;
  readonly json: boolean;
}

function wholeNumber(option: string, text: string, least: number): number {
  const value = Number(text);
  if (!Number.isInteger(value) || value < least)
    throw usageError(`${option} ${text}: wanted a whole number of ${least} or more`);
  return value;
}

/** `prismamba sweep`. */
export function sweepCommand(): Command {
  return new Command('sweep')
    .summary('run an experiment over several settings, and compare')
    .description(
      'Runs every combination of what --over names, several at once. A run that was done before is not done again; ' +
        'a failed one does not stop the others. Ends with a table, and with exit code 1 if a run failed.',
    )
    .argument('<experiment>', 'path of a YAML file, or the name of a shipped experiment')
    .option(
      '--over <key=values>',
      'key=1,2,3 or key=range(0, 10, 2); with --random also uniform(a, b), loguniform(a, b)',
      collect,
      [],
    )
    .option('--random <count>', 'draw this many combinations instead of taking all')
    .option('--seed <number>', 'seed of the draws', '0')
    .option('--set <path=value>', 'override one key in every run; may be repeated', collect, [])
    .option('--data <folder>', 'real scenes instead of what the file says')
    .option('--split <file>', 'JSON of training and test scenes; FILE#subset takes a part of it')
    .option('--jobs <count>', 'runs at once (default: as many as cores and memory allow)')
    .option('--metric <name>', 'score of the protocol standard to sort by', 'PSNR')
    .option('--out <folder>', 'folder for runs', 'runs')
    .option(
      '--halving <factor>',
      'train all briefly, go on with the best 1/factor on the validation scenes, until one is left',
    )
    .option('--json', 'with --halving: every round as JSON', false)
    .option('--dry-run', 'say what would be run, and run nothing', false)
    .addHelpText(
      'after',
      `
Examples:
  prismamba sweep quickstart --over training.schedule.learning_rate=2e-3,8e-3 --over seed=1,2
  prismamba sweep quickstart --over model.options.spectral_attention=true,false --over seed=range(1,4)
  prismamba sweep quickstart --random 20 --over 'training.schedule.learning_rate=loguniform(1e-4, 1e-2)'
  prismamba sweep m3sr/ntire2022 --data DIR --split FILE --over model.options.groups=2,4,8,16 --halving 2`,
    )
    .action(async (file: string, options: SweepOptions) => {
      const axes = options.over.map(parseAxis);
      if (axes.length === 0)
        throw usageError('sweep: nothing is varied; name at least one --over KEY=VALUES');
      const common = [...dataOverrides(options), ...options.set.map(parseOverride)];
      const combinations =
        options.random === undefined
          ? gridOf(axes)
          : randomOf(
              axes,
              wholeNumber('--random', options.random, 1),
              wholeNumber('--seed', options.seed, 0),
            );
      const jobs = options.jobs === undefined ? {} : { jobs: wholeNumber('--jobs', options.jobs, 1) };
      if (options.halving !== undefined) {
        const factor = wholeNumber('--halving', options.halving, 2);
        const { out, dryRun, json } = options;
        await successiveHalving(file, common, combinations, { factor, out, dryRun, json, ...jobs });
        return;
      }
      if (options.json)
        throw usageError('sweep --json: goes with --halving; of other sweeps see prismamba runs --json');
      const runs = await planSweep(file, common, combinations, options.out);
      if (options.dryRun) {
        sayPlan(runs);
        return;
      }
      const { outcomes, signal } = await doRuns(file, common, combinations, runs, jobs);
      process.stdout.write(`\n${summary(runs, outcomes, options.metric)}\n`);
      requireAllFinished(runs.length, outcomes, signal);
    });
}

/** A row a run, best first. */
function summary(runs: readonly SweepRun[], outcomes: readonly RunOutcome[], metric: string): string {
  const rows = runs.map((run) => {
    const outcome = outcomes.find(({ folder }) => folder === run.folder);
    const state = outcome?.state ?? 'done before';
    if (state !== 'finished' && state !== 'done before') return { run, state, seconds: outcome?.seconds };
    const { models } = readRun(run.folder);
    const scores = models[0]!.mean['standard'] ?? {};
    if (scores[metric] === undefined) {
      throw usageError(
        `--metric ${metric}: the runs have no such score; they have ${Object.keys(scores).join(', ')}`,
      );
    }
    return { run, state, seconds: outcome?.seconds, scores };
  });
  const sign = isLargerBetter(metric) ? -1 : 1;
  const value = (row: (typeof rows)[number]) => row.scores?.[metric] ?? Number.NaN;
  const worst = (row: (typeof rows)[number]) => (Number.isFinite(value(row)) ? sign * value(row) : Infinity);
  rows.sort((a, b) => worst(a) - worst(b));
  const shown = [...new Set([metric, 'PSNR', 'MRAE', 'SAM'])];
  const table = new Table({
    head: ['settings', ...shown, 'state', 'time', 'folder'],
    style: { head: [], border: [], compact: true },
  });
  for (const { run, state, seconds, scores } of rows) {
    table.push([
      run.label,
      ...shown.map((name) => (scores?.[name] === undefined ? '' : formatScore(name, scores[name]))),
      state,
      seconds === undefined ? '' : formatSeconds(seconds),
      run.folder,
    ]);
  }
  return `${table.toString()}\nmeans over the test scenes, protocol standard; best ${metric} first`;
}
