import { closeSync, existsSync, openSync, readFileSync, readSync, statSync } from 'node:fs';
import Table from 'cli-table3';
import { Command } from 'commander';
import {
  findLaunch,
  launchPath,
  listLaunches,
  reportFile,
  reportLog,
  taskLog,
  writeLaunch,
  type Launch,
} from '../launch/launch-folder.js';
import { describeTask, taskStates, tasksOf, type TaskReport } from '../launch/launch-status.js';
import { queueIfAny } from '../launch/launch.js';
import { cancelJobs } from '../launch/slurm/slurm-commands.js';
import { formatSeconds } from '../run/progress-bar.js';
import { UserError, usageError } from '../user-error.js';
import { writeJson } from './options.js';

interface JobsOptions {
  readonly out: string;
  readonly json?: boolean;
}

/** `12 finished, 3 running`. */
function counts(tasks: readonly TaskReport[]): string {
  return taskStates
    .map((state) => ({ state, count: tasks.filter((task) => task.state === state).length }))
    .filter(({ count }) => count > 0)
    .map(({ state, count }) => `${count} ${state}`)
    .join(', ');
}

const newTable = (head: string[]) => new Table({ head, style: { head: [], border: [], compact: true } });

const reportOf = (out: string, { id }: Launch) => {
  const file = reportFile(launchPath(out, id));
  return existsSync(file) ? file : undefined;
};

function list({ out, json }: JobsOptions): void {
  const known = listLaunches(out);
  const queue = known.length === 0 ? undefined : queueIfAny();
  const launches = known.map((launch) => ({
    launch,
    tasks: tasksOf(out, launch, queue),
    report: reportOf(out, launch),
  }));
  if (json === true) {
    writeJson(
      launches.map(({ launch: { id, what, submitted }, tasks, report }) => ({
        id,
        what,
        submitted,
        runs: tasks.length,
        states: Object.fromEntries(
          taskStates.map((state) => [state, tasks.filter((task) => task.state === state).length]),
        ),
        ...(report === undefined ? {} : { report }),
      })),
    );
    return;
  }
  if (launches.length === 0) {
    process.stdout.write(`nothing in '${out}' was handed to a cluster\n`);
    return;
  }
  const table = newTable(['launch', 'what', 'runs', 'states', 'table']);
  for (const { launch, tasks, report } of launches)
    table.push([launch.id, launch.what, tasks.length, counts(tasks), report ?? '']);
  process.stdout.write(`${table.toString()}\n`);
}

function status(id: string | undefined, { out, json }: JobsOptions): void {
  const launch = findLaunch(out, id);
  const tasks = tasksOf(out, launch, queueIfAny());
  const report = reportOf(out, launch);
  if (json === true) {
    const rows = tasks.map(({ index, task, state, status: told }) => ({
      index,
      ...task,
      state,
      status: told,
    }));
    writeJson({ ...launch, tasks: rows, ...(report === undefined ? {} : { report }) });
    return;
  }
  const table = newTable(['task', 'run', 'state', 'node', 'starts', 'time', 'folder']);
  for (const each of tasks) {
    const { index, task, state, status: told } = each;
    const how = state === 'running' || state === 'failed' ? describeTask(each).split('\n')[0]! : state;
    const starts = told === undefined ? '' : told.restarts + 1;
    const time = told === undefined ? '' : formatSeconds(told.seconds);
    table.push([index, task.label, how, told?.node ?? '', starts, time, task.folder]);
  }
  process.stdout.write(`${launch.what}, submitted ${launch.submitted}\n${table.toString()}\n`);
  process.stdout.write(`${counts(tasks)}; table: ${report ?? 'not written yet'}\n`);
}

function cancel(id: string, { out }: JobsOptions): void {
  const launch = findLaunch(out, id);
  const jobs = launch.arrays.map(({ job }) => job);
  cancelJobs([...jobs, ...(launch.reportJob === undefined ? [] : [launch.reportJob])]);
  writeLaunch(launchPath(out, launch.id), { ...launch, cancelled: new Date().toISOString() });
  process.stdout.write(
    `cancelled: ${launch.what} (jobs ${jobs.join(', ')}). Runs in work keep a checkpoint; the same command goes on with them\n`,
  );
}

/** What is at the end of a log is what matters; all of it may be long. */
const LAST_BYTES = 16_384;

function endOf(file: string): string {
  const { size } = statSync(file);
  if (size <= LAST_BYTES) return readFileSync(file, 'utf8');
  const bytes = Buffer.alloc(LAST_BYTES);
  const handle = openSync(file, 'r');
  try {
    readSync(handle, bytes, 0, LAST_BYTES, size - LAST_BYTES);
  } finally {
    closeSync(handle);
  }
  const text = bytes.toString();
  return `... (the whole of it: ${file})\n${text.slice(text.indexOf('\n') + 1)}`;
}

function logs(id: string, which: string, { out }: JobsOptions): void {
  const launch = findLaunch(out, id);
  const folder = launchPath(out, launch.id);
  const index = Number(which);
  if (which !== 'report' && !(Number.isInteger(index) && index >= 0 && index < launch.tasks.length))
    throw usageError(
      `jobs logs: there is no task '${which}'; tasks are 0 to ${launch.tasks.length - 1}, and 'report'`,
    );
  const file = which === 'report' ? reportLog(folder) : taskLog(folder, launch, index);
  if (file === undefined || !existsSync(file))
    throw new UserError(`task ${which} of ${launch.id} has written nothing yet: it has not been started`);
  process.stdout.write(endOf(file));
}

/** `prismamba jobs`. */
export function jobsCommand(): Command {
  const sub = (name: string, summary: string) =>
    new Command(name)
      .summary(summary)
      .description(summary)
      .option('--out <folder>', 'folder for runs', 'runs');
  return new Command('jobs')
    .summary('what was handed to a cluster: status, logs, cancel')
    .description(
      'Lists what --launcher slurm of sweep and reproduce handed to the cluster, from files beside the runs; no accounting is needed.',
    )
    .option('--out <folder>', 'folder for runs', 'runs')
    .option('--json', 'as JSON')
    .addHelpText(
      'after',
      `
Examples:
  prismamba jobs
  prismamba jobs status
  prismamba jobs logs 2026-01-31T12-00-00 3
  prismamba jobs cancel 2026-01-31T12-00-00`,
    )
    .action(list)
    .addCommand(
      sub('status', 'every run of a launch (the latest): state, node, progress')
        .argument('[launch]')
        .option('--json', 'as JSON')
        .action(status),
    )
    .addCommand(
      sub('logs', "the end of a task's output; 'report' is that of the job that writes the table")
        .argument('<launch>')
        .argument('<task>')
        .action(logs),
    )
    .addCommand(
      sub('cancel', 'take a launch out of the queue; runs in work keep a checkpoint')
        .argument('<launch>')
        .action(cancel),
    );
}
