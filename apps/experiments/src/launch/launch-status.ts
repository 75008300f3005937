import { existsSync } from 'node:fs';
import { join, resolve } from 'node:path';
import {
  launchPath,
  listLaunches,
  readTaskStatus,
  type Launch,
  type LaunchTask,
  type TaskStatus,
} from './launch-folder.js';
import type { PlannedRun, RunOutcome } from './planned-run.js';

/** `waiting`: in the queue; `lost`: neither ended nor in the queue any more, for instance killed by a limit of memory. */
export const taskStates = [
  'finished',
  'running',
  'waiting',
  'requeued',
  'interrupted',
  'cancelled',
  'failed',
  'lost',
] as const;
export type TaskState = (typeof taskStates)[number];

export interface TaskReport {
  readonly index: number;
  readonly task: LaunchTask;
  readonly state: TaskState;
  /** Undefined where it was not started yet. */
  readonly status: TaskStatus | undefined;
}

/** Where the queue is known, it decides what a task that has not ended is: a node that dies tells nothing. */
function stateOf(
  status: TaskStatus | undefined,
  { folder }: LaunchTask,
  queued: string | undefined,
  queueIsKnown: boolean,
  { cancelled }: Launch,
): TaskState {
  if (existsSync(join(folder, 'finished.json'))) return 'finished';
  if (queued === 'PENDING' || queued?.startsWith('REQUEUE') === true)
    return status === undefined ? 'waiting' : 'requeued';
  if (queued === 'RUNNING') return 'running';
  const told = status?.state;
  if (told === 'failed') return 'failed';
  if (cancelled !== undefined) return 'cancelled';
  if (told === 'interrupted') return 'interrupted';
  // What is neither, such as COMPLETING, still has the scheduler's attention.
  if (queueIsKnown && queued === undefined) return 'lost';
  return told === undefined || told === 'finished' ? 'waiting' : told;
}

/** The tasks of a launch by their own status files, and by the queue where it can be asked. */
export function tasksOf(
  out: string,
  launch: Launch,
  queue: ReadonlyMap<string, string> | undefined,
): TaskReport[] {
  const folder = launchPath(out, launch.id);
  return launch.tasks.map((task, index) => {
    const array = launch.arrays.find(({ first, count }) => index >= first && index < first + count);
    const queued = array === undefined ? undefined : queue?.get(`${array.job}_${index - array.first}`);
    const status = readTaskStatus(folder, index);
    return { index, task, status, state: stateOf(status, task, queued, queue !== undefined, launch) };
  });
}

/** How a task that is not finished stands, in words. */
export function describeTask({ state, status }: TaskReport): string {
  if (status === undefined) return state;
  const { node, message, progress } = status;
  const at = progress === undefined ? '' : `, ${progress.label} ${progress.done}/${progress.total}`;
  const where = node === '' ? '' : ` on ${node}`;
  return message === undefined || state === 'running' ? `${state}${where}${at}` : message;
}

/** What is known of runs from the launches of their folder, where nothing is run now. */
export function outcomesSoFar(
  runs: readonly PlannedRun[],
  out: string,
  queue: ReadonlyMap<string, string> | undefined,
): RunOutcome[] {
  const latest = new Map<string, TaskReport>();
  for (const launch of listLaunches(out).reverse())
    for (const report of tasksOf(out, launch, queue)) latest.set(report.task.folder, report);
  return runs.map(({ label, folder }): RunOutcome => {
    const report = latest.get(resolve(folder));
    if (report === undefined) return { label, folder, state: 'not started', seconds: 0 };
    const { state, status } = report;
    const seconds = status?.seconds ?? 0;
    if (state === 'finished') return { label, folder, state, seconds };
    const ended = state === 'failed' ? 'failed' : 'not started';
    return { label, folder, state: ended, seconds, message: describeTask(report) };
  });
}
