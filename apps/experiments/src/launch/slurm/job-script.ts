import type { Resources } from '../../config/resources-schema.js';

export interface JobScript {
  readonly name: string;
  /** Working folder: relative paths of the command line count from there. */
  readonly cwd: string;
  readonly log: string;
  readonly resources: Resources;
  /** A signal before the time limit, at which a checkpoint is kept; the job then starts again by itself. */
  readonly goesOn: boolean;
  /** Variables that the program sees besides those of the job; nothing else of any shell. */
  readonly environment: Readonly<Record<string, string>>;
  /** Program and arguments, as shell words that are quoted already. */
  readonly command: string;
}

/** A word for a POSIX shell. */
export const quote = (text: string) =>
  /^[\w@%+=:,./-]+$/.test(text) ? text : `'${text.replaceAll("'", `'\\''`)}'`;

/** Variables of the job that tell the program where it is. */
const FROM_SLURM = [
  'SLURM_JOB_ID',
  'SLURM_ARRAY_TASK_ID',
  'SLURM_RESTART_COUNT',
  'SLURMD_NODENAME',
  'SLURM_CONF',
] as const;

const minutes = (seconds: number) => Math.max(1, Math.ceil(seconds / 60));

function options({ name, cwd, log, resources, goesOn }: JobScript): string[] {
  const { cpus, memory, time, notice, partition, extra } = resources;
  return [
    `--job-name=${name}`,
    `--chdir=${cwd}`,
    `--output=${log}`,
    '--open-mode=append',
    '--export=NONE',
    '--nodes=1',
    '--ntasks=1',
    `--cpus-per-task=${cpus ?? 1}`,
    ...(memory === undefined ? [] : [`--mem=${Math.ceil(memory.bytes / 2 ** 20)}M`]),
    ...(time === undefined ? [] : [`--time=${minutes(time.seconds)}`]),
    ...(partition === undefined ? [] : [`--partition=${partition}`]),
    '--requeue',
    ...(goesOn && time !== undefined ? [`--signal=B:USR1@${notice.seconds}`] : []),
    ...extra,
  ];
}

/**
 * A job script that says everything itself: what the submitting shell, or a login shell of the node, has in its environment
 * changes nothing. `exec` makes the program the batch process, so that signals of Slurm reach it and not a shell.
 */
export function jobScript(job: JobScript): string {
  const environment = [
    ...FROM_SLURM.map((name) => `${name}="\${${name}:-}"`),
    ...Object.entries(job.environment).map(([name, value]) => `${name}=${quote(value)}`),
  ];
  return [
    '#!/bin/sh',
    ...options(job).map((option) => `#SBATCH ${quoteOption(option)}`),
    '',
    'exec /usr/bin/env -i \\',
    ...environment.map((line) => `  ${line} \\`),
    `  ${job.command}`,
    '',
  ].join('\n');
}

/** Slurm splits the lines of a script at blanks; quotes keep a value whole. */
const quoteOption = (option: string) => {
  if (!/\s/.test(option)) return option;
  const equals = option.indexOf('=');
  return `${option.slice(0, equals + 1)}"${option.slice(equals + 1)}"`;
};
