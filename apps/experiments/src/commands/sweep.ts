import Table from 'cli-table3';
import { Command } from 'commander';
import { jobsOption, launcherOption, typedOptions, type LauncherOptions } from '../launch/launch.js';
import type { RunOutcome } from '../launch/planned-run.js';
import { readRun } from '../report/read-run.js';
import { formatSeconds } from '../run/progress-bar.js';
import { formatScore, isLargerBetter } from '../run/score-table.js';
import { doRuns, requireAllFinished, sayPlan } from '../sweep/do-runs.js';
import { gridOf, parseAxis, randomOf } from '../sweep/over.js';
import { planSweep, type SweepRun } from '../sweep/plan-sweep.js';
import { successiveHalving } from '../sweep/successive-halving.js';
import { usageError } from '../user-error.js';
import { backendOption, collect, settingsWithBackend, overridesOf } from './options.js';

interface SweepOptions extends LauncherOptions {
  readonly over: readonly string[];
  readonly set: readonly string[];
  readonly backend?: string;
  readonly random?: string;
  readonly seed: string;
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
      'Runs every combination of what --over names, several at once, here or on a cluster. A run that was done before is not done again; ' +
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
    .addOption(backendOption('what the experiment says'))
    .addOption(launcherOption())
    .addOption(jobsOption())
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
  prismamba sweep quickstart --over seed=range(1,101) --launcher slurm
  prismamba sweep quickstart --random 20 --over 'training.schedule.learning_rate=loguniform(1e-4, 1e-2)'
  prismamba sweep m3sr/ntire2022 --data DIR --split FILE --over model.options.groups=2,4,8,16 --halving 2`,
    )
    .action(async (file: string, given: SweepOptions) => {
      const options = { ...given, set: settingsWithBackend(given) };
      const axes = options.over.map(parseAxis);
      if (axes.length === 0)
        throw usageError('sweep: nothing is varied; name at least one --over KEY=VALUES');
      const common = overridesOf(options);
      const combinations =
        options.random === undefined
          ? gridOf(axes)
          : randomOf(
              axes,
              wholeNumber('--random', options.random, 1),
              wholeNumber('--seed', options.seed, 0),
            );
      const { over, random, seed, set, data, split, metric, out, launcher } = options;
      const command = {
        what: `sweep ${file}`,
        out,
        again: ['sweep', file, ...typedOptions({ over, random, seed, set, data, split, metric, out })],
      };
      if (options.halving !== undefined) {
        if (launcher !== 'local')
          throw usageError(
            `--halving: each round waits for the one before: with --launcher local only, not ${launcher}`,
          );
        const factor = wholeNumber('--halving', options.halving, 2);
        await successiveHalving(file, common, combinations, { ...options, factor, command });
        return;
      }
      if (options.json)
        throw usageError('sweep --json: goes with --halving; of other sweeps see prismamba runs --json');
      const runs = await planSweep(file, common, combinations, out);
      if (options.dryRun) {
        sayPlan(runs);
        return;
      }
      const launched = await doRuns(file, common, combinations, runs, { ...options, command });
      if (launched === undefined) return;
      process.stdout.write(`\n${summary(runs, launched.outcomes, metric)}\n`);
      requireAllFinished(runs.length, launched);
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
