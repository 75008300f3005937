import { existsSync, mkdirSync, readdirSync, readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { nearestNames } from '@prismamba/core';
import { makeFolder, writeFileAtomic } from '@prismamba/formats/node';
import { timeStamp } from '../run/run-folder.js';
import { UserError, usageError } from '../user-error.js';
import type { RunMessage } from './run-message.js';

/** A run of a launch: task `i` of it. */
export interface LaunchTask {
  readonly label: string;
  /** Absolute: nodes share the folder under the same path. */
  readonly folder: string;
  readonly threads: number;
}

/** Tasks `first` to `first + count - 1`, as one job array whose indices count from 0. */
export interface LaunchArray {
  readonly job: string;
  readonly first: number;
  readonly count: number;
}

/** What was handed to the cluster: `launch.json`. */
export interface Launch {
  readonly format: 'prismamba launch 1';
  readonly id: string;
  /** `sweep quickstart`, `reproduce gmsr-net-3`. */
  readonly what: string;
  readonly submitted: string;
  readonly tasks: readonly LaunchTask[];
  readonly arrays: readonly LaunchArray[];
  /** The job that writes table or report when all tasks have ended. */
  readonly reportJob?: string;
  readonly cancelled?: string;
}

/** What a task says of itself: `tasks/<i>.json`. */
export interface TaskStatus {
  /** `interrupted`: its checkpoint is kept; `requeued`: so, and it starts again by itself. */
  readonly state: 'running' | 'finished' | 'failed' | 'interrupted' | 'requeued';
  readonly job: string;
  readonly node: string;
  /** Times that the cluster started it anew. */
  readonly restarts: number;
  readonly started: string;
  readonly changed: string;
  /** Seconds in this start. */
  readonly seconds: number;
  readonly progress?: Extract<RunMessage, { event: 'progress' }>;
  readonly message?: string;
}

/** Launches lie beside the runs, in `<out>/jobs/<id>`. */
const JOBS = 'jobs';
const FILE = 'launch.json';

export const launchPath = (out: string, id: string) => join(out, JOBS, id);
export const reportFile = (folder: string) => join(folder, 'report.txt');
export const reportLog = (folder: string) => join(folder, 'report.log');
const taskFile = (folder: string, index: number) => join(folder, 'tasks', `${index}.json`);

const json = (value: unknown) => `${JSON.stringify(value, undefined, 1)}\n`;

/** Makes the folder of a new launch, named by the time. */
export function makeLaunchFolder(out: string, now: Date): { readonly id: string; readonly folder: string } {
  makeFolder(join(out, JOBS));
  for (let i = 1; ; i++) {
    const id = `${timeStamp(now)}${i === 1 ? '' : `-${i}`}`;
    const folder = resolve(launchPath(out, id));
    try {
      mkdirSync(folder);
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code === 'EEXIST') continue;
      throw error;
    }
    mkdirSync(join(folder, 'tasks'));
    mkdirSync(join(folder, 'logs'));
    return { id, folder };
  }
}

export function writeLaunch(folder: string, launch: Launch): void {
  writeFileAtomic(join(folder, FILE), json(launch));
}

export function readLaunch(folder: string): Launch {
  return JSON.parse(readFileSync(join(folder, FILE), 'utf8')) as Launch;
}

export function writeTaskStatus(folder: string, index: number, status: TaskStatus): void {
  writeFileAtomic(taskFile(folder, index), json(status));
}

/** What a task said last; undefined where it was not started yet. */
export function readTaskStatus(folder: string, index: number): TaskStatus | undefined {
  const file = taskFile(folder, index);
  return existsSync(file) ? (JSON.parse(readFileSync(file, 'utf8')) as TaskStatus) : undefined;
}

/** The launches of a folder for runs, the latest first. */
export function listLaunches(out: string): Launch[] {
  const folder = join(out, JOBS);
  if (!existsSync(folder)) return [];
  return readdirSync(folder)
    .filter((id) => existsSync(join(folder, id, FILE)))
    .sort()
    .reverse()
    .map((id) => readLaunch(join(folder, id)));
}

/** The launch of this id, or the latest where none is named. */
export function findLaunch(out: string, id: string | undefined): Launch {
  const launches = listLaunches(out);
  const found = id === undefined ? launches[0] : launches.find((launch) => launch.id === id);
  if (found !== undefined) return found;
  if (id === undefined) {
    throw new UserError(
      `nothing in '${out}' was handed to a cluster: 'prismamba sweep' and 'prismamba reproduce' do with --launcher slurm; another folder for runs is --out DIR`,
    );
  }
  const [nearest] = nearestNames(
    id,
    launches.map((launch) => launch.id),
    1,
  );
  throw usageError(
    `there is no launch '${id}' in '${out}'${nearest === undefined ? '' : `, did you mean '${nearest}'?`}; 'prismamba jobs' lists them`,
  );
}

/** Where the output of a task is written; a task that was started again goes on in the same file. */
export function taskLog(folder: string, { arrays }: Launch, index: number): string | undefined {
  const array = arrays.find(({ first, count }) => index >= first && index < first + count);
  return array === undefined ? undefined : join(folder, 'logs', `${array.job}_${index - array.first}.log`);
}
