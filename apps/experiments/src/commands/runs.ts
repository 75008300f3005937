import Table from 'cli-table3';
import { Command } from 'commander';
import { nearestNames } from '@prismamba/core';
import { listRuns, type ListedRun } from '../compare/list-runs.js';
import { formatScore } from '../run/score-table.js';
import { UserError } from '../user-error.js';
import { collect } from './options.js';

interface RunsOptions {
  readonly out: string;
  readonly where: readonly string[];
  readonly json: boolean;
}

const KEYS = ['name', 'state', 'model', 'seed'] as const;

/** `seed=1`: the run's own facts by name, or a setting as it was typed (`training.batch_size=4`). */
function matches(run: ListedRun, condition: string): boolean {
  const equals = condition.indexOf('=');
  if (equals < 1) throw new UserError(`--where ${condition}: wanted KEY=VALUE, such as state=finished`);
  const key = condition.slice(0, equals);
  const value = condition.slice(equals + 1);
  if (key.includes('.')) return run.settings.includes(condition);
  if (!(KEYS as readonly string[]).includes(key)) {
    const [nearest] = nearestNames(key, KEYS, 1);
    throw new UserError(
      `--where ${condition}: unknown key '${key}'${nearest === undefined ? '' : `, did you mean '${nearest}'?`} Keys: ${KEYS.join(', ')}, and settings such as training.batch_size`,
    );
  }
  return String(run[key as (typeof KEYS)[number]] ?? '') === value;
}

/** `prismamba runs`. */
export function runsCommand(): Command {
  return new Command('runs')
    .summary('list the runs of a folder, with settings and scores')
    .description(
      'Lists run folders, the latest first: what they are, whether they finished, and their scores.',
    )
    .option('--out <folder>', 'folder for runs', 'runs')
    .option(
      '--where <key=value>',
      'only runs of this name, state, model, seed or setting; may be repeated',
      collect,
      [],
    )
    .option('--json', 'as JSON', false)
    .addHelpText(
      'after',
      `
Examples:
  prismamba runs
  prismamba runs --where state=finished --where seed=1
  prismamba runs --where training.schedule.learning_rate=2e-3 --json`,
    )
    .action(({ out, where, json }: RunsOptions) => {
      const runs = listRuns(out).filter((run) => where.every((condition) => matches(run, condition)));
      if (json) {
        process.stdout.write(`${JSON.stringify(runs, undefined, 2)}\n`);
        return;
      }
      if (runs.length === 0) {
        process.stdout.write(`no runs in '${out}'${where.length > 0 ? ` with ${where.join(', ')}` : ''}\n`);
        return;
      }
      const table = new Table({
        head: ['run', 'state', 'model', 'step', 'seed', 'settings', 'PSNR', 'MRAE', 'SAM'],
        style: { head: [], border: [], compact: true },
      });
      for (const run of runs) {
        const score = (name: string) =>
          run.scores[name] === undefined ? '' : formatScore(name, run.scores[name]);
        table.push([
          run.folder,
          run.state,
          run.model ?? '',
          run.step,
          run.seed ?? '',
          run.settings.join('\n'),
          score('PSNR'),
          score('MRAE'),
          score('SAM'),
        ]);
      }
      process.stdout.write(`${table.toString()}\n`);
    });
}
