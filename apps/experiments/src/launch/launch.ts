import { Option } from 'commander';
import { interrupted, onInterrupt } from '../run/interrupt.js';
import { UserError, usageError } from '../user-error.js';
import { launchLocal } from './launch-local.js';
import { outcomesSoFar } from './launch-status.js';
import type { PlannedRun, RunOutcome } from './planned-run.js';
import { launchSlurm } from './slurm/launch-slurm.js';
import { queuedJobs, slurmFolder } from './slurm/slurm-commands.js';

export const launchers = ['local', 'slurm', 'none'] as const;

/** `--launcher` and `--jobs` of commands that do many runs. */
export interface LauncherOptions {
  readonly launcher: (typeof launchers)[number];
  readonly jobs?: string;
}

export const launcherOption = () =>
  new Option(
    '--launcher <name>',
    'local: worker processes here; slurm: job arrays, and a job that writes the table; none: the table out of what is finished',
  )
    .choices(launchers)
    .default('local');

export const jobsOption = () =>
  new Option('--jobs <count>', 'runs at once (default: local, what cores and memory allow; slurm, no limit)');

function parseJobs({ jobs }: LauncherOptions): { readonly jobs?: number } {
  if (jobs === undefined) return {};
  const count = Number(jobs);
  if (!Number.isInteger(count) || count < 1)
    throw usageError(`--jobs ${jobs}: wanted a whole number of 1 or more`);
  return { jobs: count };
}

/** What a cluster is told besides the runs. */
export interface Command {
  /** `sweep quickstart`. */
  readonly what: string;
  /** Folder for runs. */
  readonly out: string;
  /** Arguments of this program that do the same without launching anything. */
  readonly again: readonly string[];
}

export interface Launched {
  readonly outcomes: readonly RunOutcome[];
  /** Whether a signal ended it before all runs were done. */
  readonly interrupted: boolean;
  /** The error of a command whose runs are not all finished: with the exit code of the signal that interrupted it, if one did. */
  incomplete(message: string): UserError;
}

/** The queue of the cluster where this machine can ask it; says so where it has Slurm and no cluster answers. */
export function queueIfAny(): Map<string, string> | undefined {
  if (slurmFolder() === undefined) return undefined;
  try {
    return queuedJobs();
  } catch (error) {
    if (!(error instanceof UserError)) throw error;
    const [reason] = error.message.split('\n');
    process.stderr.write(
      `Slurm's queue cannot be asked, states are what the runs told themselves: ${reason}\n`,
    );
    return undefined;
  }
}

/** Does the runs, or hands them to a cluster: then there are no outcomes yet, and undefined is returned. */
export async function launch(
  runs: readonly PlannedRun[],
  options: LauncherOptions,
  { what, out, again }: Command,
): Promise<Launched | undefined> {
  const jobs = parseJobs(options);
  const whole = { interrupted: false, incomplete: (message: string) => new UserError(message) };
  if (options.launcher === 'none') return { ...whole, outcomes: outcomesSoFar(runs, out, queueIfAny()) };
  if (runs.length === 0) return { ...whole, outcomes: [] };
  if (options.launcher === 'slurm') {
    const report = [...again, '--launcher', 'none'];
    const { launch: handed, queued } = launchSlurm(runs, { out, what, report, ...jobs });
    if (queued > 0) process.stderr.write(`${queued} runs are in the queue already\n`);
    if (handed !== undefined) {
      const ids = handed.arrays.map(({ job }) => job).join(', ');
      process.stdout.write(
        `${handed.tasks.length} runs are in the queue (jobs ${ids}; table: job ${handed.reportJob!})\n` +
          `see them:  prismamba jobs status ${handed.id}${out === 'runs' ? '' : ` --out ${out}`}\n`,
      );
    }
    return undefined;
  }
  const interrupt = onInterrupt((text) => process.stderr.write(text));
  try {
    const outcomes = await launchLocal(runs, { ...jobs, signal: interrupt.signal });
    const { signal } = interrupt;
    if (!signal.aborted) return { ...whole, outcomes };
    return { outcomes, interrupted: true, incomplete: (message) => interrupted(signal, message) };
  } finally {
    interrupt.stop();
  }
}

/** Options as they would be typed again; those that are not given, and flags that are off, are left out. */
export function typedOptions(
  options: Readonly<Record<string, string | readonly string[] | undefined>>,
): string[] {
  return Object.entries(options).flatMap(([name, value]) =>
    (value === undefined ? [] : typeof value === 'string' ? [value] : value).flatMap((text) => [
      `--${name}`,
      text,
    ]),
  );
}
