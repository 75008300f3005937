import { chmodSync } from 'node:fs';
import { homedir } from 'node:os';
import { dirname, join, resolve } from 'node:path';
import { writeFileAtomic } from '@prismamba/formats/node';
import { UserError } from '../../user-error.js';
import {
  listLaunches,
  launchPath,
  makeLaunchFolder,
  reportFile,
  reportLog,
  writeLaunch,
  type Launch,
  type LaunchArray,
} from '../launch-folder.js';
import type { PlannedRun } from '../planned-run.js';
import { ownProgram } from '../run-worker.js';
import { jobScript, quote, type JobScript } from './job-script.js';
import { cancelJobs, largestArray, queuedJobs, slurmFolder, submit } from './slurm-commands.js';

export interface SlurmOptions {
  /** Folder for runs; the launch lies in it. */
  readonly out: string;
  /** `sweep quickstart`. */
  readonly what: string;
  /** The arguments of this program that write table or report out of what is finished. */
  readonly report: readonly string[];
  /** Runs at once; as many as the cluster gives unless stated. */
  readonly jobs?: number;
  readonly now?: Date;
}

export interface SlurmLaunch {
  /** Undefined where every run is in the queue already. */
  readonly launch: Launch | undefined;
  /** Runs that an earlier launch has in the queue; they are not handed in twice. */
  readonly queued: number;
}

/** The jobs of earlier launches that still hold runs of these. */
function heldElsewhere(out: string, runs: readonly PlannedRun[]): Map<string, string> {
  const queue = queuedJobs();
  const wanted = new Set(runs.map(({ folder }) => resolve(folder)));
  const held = new Map<string, string>();
  for (const { tasks, arrays } of listLaunches(out)) {
    for (const { job, first, count } of arrays) {
      for (let i = 0; i < count; i++) {
        const { folder } = tasks[first + i]!;
        if (wanted.has(folder) && queue.has(`${job}_${i}`)) held.set(folder, job);
      }
    }
  }
  return held;
}

/** Runs that need the same, a job array each, in the order of their first run; no array longer than the cluster takes. */
function groupRuns(runs: readonly PlannedRun[], largest: number): PlannedRun[][] {
  const groups = new Map<string, PlannedRun[]>();
  for (const run of runs) {
    const key = JSON.stringify(run.resources);
    groups.set(key, [...(groups.get(key) ?? []), run]);
  }
  return [...groups.values()].flatMap((group) =>
    Array.from({ length: Math.ceil(group.length / largest) }, (_, i) =>
      group.slice(i * largest, (i + 1) * largest),
    ),
  );
}

/** What a job sees of the environment: where programs, data and caches are, and settings of our own. */
function environment(): Record<string, string> {
  const own = Object.entries(process.env).filter(
    ([name, value]) => (name.startsWith('PRISMAMBA_') || name === 'XDG_CACHE_HOME') && value !== undefined,
  ) as [string, string][];
  return {
    HOME: homedir(),
    PATH: `${slurmFolder()!}:/usr/bin:/bin`,
    ...Object.fromEntries(own),
  };
}

/**
 * Hands runs to Slurm as job arrays, and a job that writes the table when all of them have ended. Nodes must see the folder of the
 * runs, this program and the data under the same paths. Everything that was submitted is in the launch's folder; if a submission
 * fails, those before it are cancelled.
 */
export function launchSlurm(runs: readonly PlannedRun[], options: SlurmOptions): SlurmLaunch {
  const { out, what, report, jobs, now = new Date() } = options;
  const held = heldElsewhere(out, runs);
  const todo = runs.filter(({ folder }) => !held.has(resolve(folder)));
  if (todo.length === 0) return { launch: undefined, queued: held.size };
  const groups = groupRuns(todo, largestArray());
  const { id, folder } = makeLaunchFolder(out, now);
  const tasks = groups.flat().map((run) => ({
    label: run.label,
    folder: resolve(run.folder),
    threads: run.threads ?? 1,
  }));
  const launch: Launch = {
    format: 'prismamba launch 1',
    id,
    what,
    submitted: now.toISOString(),
    tasks,
    arrays: [],
  };
  // Tasks read it as soon as they start, which may be before the last array is submitted.
  writeLaunch(folder, launch);

  const words = [process.execPath, ownProgram()].map(quote).join(' ');
  const common = {
    name: `prismamba-${what.replaceAll(/[^\w-]+/g, '-')}`,
    cwd: process.cwd(),
    environment: environment(),
  };
  const inFolder = (name: string) => join(folder.replaceAll('%', '%%'), name);
  const write = (name: string, script: JobScript) => {
    const path = join(folder, name);
    writeFileAtomic(path, jobScript(script));
    chmodSync(path, 0o755);
    return path;
  };
  const arrays: LaunchArray[] = [];
  let first = 0;
  try {
    for (const [i, group] of groups.entries()) {
      const script = write(`array-${i}.sh`, {
        ...common,
        log: inFolder('logs/%A_%a.log'),
        resources: group[0]!.resources,
        goesOn: true,
        command: `${words} slurm-task ${quote(folder)} --first ${first}`,
      });
      const atOnce = jobs === undefined ? '' : `%${jobs}`;
      const job = submit([`--array=0-${group.length - 1}${atOnce}`, script]);
      arrays.push({ job, first, count: group.length });
      writeLaunch(folder, { ...launch, arrays });
      first += group.length;
    }
    const { partition, extra, notice } = todo[0]!.resources;
    const file = quote(reportFile(folder));
    const told = [...report].map(quote).join(' ');
    const script = write('report.sh', {
      ...common,
      name: `${common.name}-report`,
      log: reportLog(folder).replaceAll('%', '%%'),
      resources: { notice, extra, ...(partition === undefined ? {} : { partition }) },
      goesOn: false,
      // Whole or not at all; its exit code is that of the program.
      command: `/bin/sh -c ${quote(`${words} ${told} > ${file}.part; code=$?; mv ${file}.part ${file}; exit $code`)}`,
    });
    const before = [...new Set([...arrays.map(({ job }) => job), ...held.values()])];
    const reportJob = submit([`--dependency=afterany:${before.join(':')}`, script]);
    const whole = { ...launch, arrays, reportJob };
    writeLaunch(folder, whole);
    return { launch: whole, queued: held.size };
  } catch (error) {
    if (!(error instanceof UserError)) throw error;
    cancelJobs(arrays.map(({ job }) => job));
    writeLaunch(folder, { ...launch, arrays, cancelled: new Date().toISOString() });
    throw new UserError(
      `${error.message}\nNothing is left in the queue; the scripts are in '${dirname(launchPath(out, id))}/${id}'. Resources of a run are the keys 'resources' of its experiment`,
    );
  }
}
