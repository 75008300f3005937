import Table from 'cli-table3';
import { loadExperiment } from '../config/load-experiment.js';
import type { Override } from '../config/overrides.js';
import type { Command, LauncherOptions } from '../launch/launch.js';
import type { RunOutcome } from '../launch/planned-run.js';
import { formatScore } from '../run/score-table.js';
import { UserError, usageError } from '../user-error.js';
import { doRuns, requireAllFinished, sayPlan } from './do-runs.js';
import { candidatesOf, durationOverride, judge, roundDurations, type Judged, type Round } from './halving.js';
import { planSweep } from './plan-sweep.js';

export interface HalvingOptions extends LauncherOptions {
  /** Of a round's candidates the best 1 / factor go on. */
  readonly factor: number;
  readonly out: string;
  readonly command: Command;
  readonly dryRun: boolean;
  readonly json: boolean;
}

/**
 * Successive halving (Jamieson and Talwalkar, 2016): all candidates are trained briefly, the best on the validation scenes go on
 * with more steps, until one is left and is trained in full. Every round trains anew, so that its schedule is whole.
 */
export async function successiveHalving(
  file: string,
  common: readonly Override[],
  combinations: readonly (readonly Override[])[],
  options: HalvingOptions,
): Promise<void> {
  const { factor } = options;
  const { config } = await loadExperiment(file, common);
  const { duration, validation } = config.training;
  if (validation === undefined || validation.selection === 'test') {
    throw usageError(
      `--halving: chooses by validation scenes, and '${config.name}' has ${validation === undefined ? 'no' : 'test scenes for'} validation; set training.validation (and data.validation)`,
    );
  }
  const { metric } = validation;
  let candidates = candidatesOf(combinations);
  const durations = roundDurations(duration, candidates.length, factor);
  const rounds: Round[] = [];
  const all: RunOutcome[] = [];
  for (const [i, length] of durations.entries()) {
    const round = candidates.flatMap((candidate) => candidate.combinations);
    const withDuration = [...common, durationOverride(length)];
    const runs = await planSweep(file, withDuration, round, options.out);
    const title = `round ${i + 1} of ${durations.length}: ${candidates.length} candidates, ${length.count} ${length.unit} each`;
    process.stderr.write(`${title}\n`);
    if (options.dryRun) {
      sayPlan(runs);
      const later = durations.slice(1).map(({ count, unit }) => `${count} ${unit}`);
      process.stderr.write(`then the best 1/${factor} of each round, with ${later.join(', ')}\n`);
      return;
    }
    const launched = await doRuns(file, withDuration, round, runs, options);
    if (launched === undefined)
      throw new Error('successiveHalving: its rounds are done here, one after the other');
    const { outcomes, interrupted } = launched;
    all.push(...outcomes);
    if (interrupted) requireAllFinished(runs.length, launched);
    const failed = new Set(outcomes.filter(({ state }) => state !== 'finished').map(({ folder }) => folder));
    const judged = judge(candidates, runs, failed, metric);
    const alive = judged.filter((candidate) => candidate.validation !== null).length;
    const kept = Math.min(alive, i + 1 === durations.length ? 1 : Math.ceil(candidates.length / factor));
    rounds.push({ duration: `${length.count} ${length.unit}`, candidates: judged, kept });
    const goOn = new Set(judged.slice(0, kept).map(({ settings }) => JSON.stringify(settings)));
    candidates = candidates.filter(({ settings }) => goOn.has(JSON.stringify(settings)));
    if (!options.json) process.stdout.write(`\n${roundTable(title, judged, kept, metric)}\n`);
    if (kept === 0) break;
  }
  const chosen = candidates[0]?.settings ?? null;
  if (options.json) {
    process.stdout.write(
      `${JSON.stringify({ experiment: config.name, metric, factor, rounds, chosen }, null, 2)}\n`,
    );
  } else if (chosen !== null) {
    process.stdout.write(`\nchosen on the validation scenes: ${chosen.join(', ')}\n`);
  }
  requireAllFinished(
    rounds.flatMap(({ candidates }) => candidates.flatMap(({ folders }) => folders)).length,
    { outcomes: all, interrupted: false, incomplete: (message) => new UserError(message) },
  );
}

function roundTable(title: string, judged: readonly Judged[], kept: number, metric: string): string {
  const table = new Table({
    head: ['settings', `validation ${metric}`, 'seeds', ''],
    style: { head: [], border: [], compact: true },
  });
  for (const [i, { settings, validation, seeds }] of judged.entries()) {
    table.push([
      settings.join(', '),
      validation === null ? '' : formatScore(metric, validation),
      seeds.join(', '),
      validation === null ? 'failed' : i < kept ? 'goes on' : '',
    ]);
  }
  return `${title}\n${table.toString()}`;
}
