import type { Override } from '../config/overrides.js';
import { launch, type Command, type Launched, type LauncherOptions } from '../launch/launch.js';
import { prepareRun, type SweepRun } from './plan-sweep.js';

/** What would be done, a line a run. */
export function sayPlan(runs: readonly SweepRun[]): void {
  const done = runs.filter(({ finished }) => finished).length;
  process.stderr.write(`${runs.length} runs, ${done} of them done before\n`);
  for (const run of runs)
    process.stdout.write(`${run.finished ? 'done' : 'to do'}  ${run.label}  ${run.folder}\n`);
}

/**
 * Does the runs that are not done; `combinations` are theirs, in the same order. Undefined where they were handed to a cluster;
 * the outcomes of `--launcher none` are of all runs.
 */
export async function doRuns(
  file: string,
  common: readonly Override[],
  combinations: readonly (readonly Override[])[],
  runs: readonly SweepRun[],
  options: LauncherOptions & { readonly command: Command },
): Promise<Launched | undefined> {
  const todo = runs.filter(({ finished }) => !finished);
  process.stderr.write(`${runs.length} runs, ${runs.length - todo.length} of them done before\n`);
  if (options.launcher === 'none') return launch(runs, options, options.command);
  for (const [i, run] of runs.entries()) {
    if (!run.finished) await prepareRun(run, file, [...common, ...combinations[i]!]);
  }
  return launch(todo, options, options.command);
}

/** Says what failed, and ends the command with an error if anything did. */
export function requireAllFinished(count: number, { outcomes, incomplete }: Launched): void {
  const failed = outcomes.filter(({ state }) => state === 'failed');
  const left = outcomes.filter(({ state }) => state === 'not started');
  for (const { label, message } of failed) process.stderr.write(`\nfailed: ${label}\n${message ?? ''}\n`);
  if (failed.length > 0 || left.length > 0) {
    const message = `${failed.length} of ${count} runs failed${left.length > 0 ? `, ${left.length} were not started` : ''}; finished runs are kept, the same command does the rest`;
    throw incomplete(message);
  }
}
