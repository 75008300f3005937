import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { RunBars } from '../run-bars.js';
import { startWorker } from '../run-worker.js';
import { readLaunch, writeTaskStatus, type TaskStatus } from '../launch-folder.js';
import { EXIT, UserError } from '../../user-error.js';
import { requeue } from './slurm-commands.js';

/** Between two status files of a run that goes on. */
const STATUS_EVERY_MS = 5000;

/** What Slurm tells a job of an array by its environment. */
interface Place {
  readonly job: string;
  readonly index: number;
  readonly restarts: number;
  readonly node: string;
}

function placeOf(env: NodeJS.ProcessEnv, first: number): Place {
  const { SLURM_JOB_ID: job, SLURM_ARRAY_TASK_ID: task, SLURM_RESTART_COUNT: restarts } = env;
  if (job === undefined || task === undefined || !/^\d+$/.test(task)) {
    throw new UserError(
      'slurm-task: SLURM_JOB_ID and SLURM_ARRAY_TASK_ID are not set; Slurm runs this command inside a job array',
    );
  }
  const node = env['SLURMD_NODENAME'] ?? '';
  return { job, index: first + Number(task), restarts: Number(restarts ?? 0), node };
}

/**
 * One task of a launch inside a job of Slurm: does its run in a process of its own and says in `tasks/<i>.json` how it goes. At
 * SIGUSR1, which Slurm sends before the time limit, the run keeps a checkpoint and the job goes into the queue again; at SIGTERM
 * (cancelled, pre-empted) it keeps one and ends.
 */
export async function runSlurmTask(folder: string, first: number, env = process.env): Promise<void> {
  const place = placeOf(env, first);
  const { index } = place;
  const task = readLaunch(folder).tasks[index];
  if (task === undefined) throw new UserError(`slurm-task: '${folder}' has no task ${index}`);
  const began = Date.now();
  let progress: TaskStatus['progress'];
  const tell = (state: TaskStatus['state'], message?: string) =>
    writeTaskStatus(folder, index, {
      state,
      job: place.job,
      node: place.node,
      restarts: place.restarts,
      started: new Date(began).toISOString(),
      changed: new Date().toISOString(),
      seconds: (Date.now() - began) / 1000,
      ...(progress === undefined ? {} : { progress }),
      ...(message === undefined ? {} : { message }),
    });
  if (existsSync(join(task.folder, 'finished.json'))) return tell('finished');

  let told = 0;
  tell('running');
  const bars = new RunBars([task.label]);
  const worker = startWorker(task.folder, task.threads, {
    onLine: (line) => process.stderr.write(`${line}\n`),
    onMessage(message) {
      if (message.event !== 'progress') return;
      progress = message;
      bars.update(0, message);
      if (Date.now() - told < STATUS_EVERY_MS) return;
      told = Date.now();
      tell('running');
    },
  });
  let asked: 'go on later' | 'end' | undefined;
  const ask = (how: typeof asked) => () => {
    asked ??= how;
    worker.interrupt('SIGTERM');
  };
  const handlers = { SIGUSR1: ask('go on later'), SIGTERM: ask('end'), SIGINT: ask('end') } as const;
  const signals = Object.entries(handlers) as [keyof typeof handlers, () => void][];
  for (const [signal, handle] of signals) process.on(signal, handle);
  const { code, message } = await worker.end;
  for (const [signal, handle] of signals) process.off(signal, handle);
  bars.end(0, code === 0 ? 'finished' : (asked ?? 'failed'), (Date.now() - began) / 1000);
  bars.stop();

  if (code === 0) return tell('finished');
  if (code === EXIT.SIGTERM && asked === 'go on later') {
    tell('requeued', message);
    // Slurm ends this very process while it does so.
    return requeue(place.job);
  }
  const interrupted = code === EXIT.SIGTERM || code === EXIT.SIGINT;
  tell(interrupted ? 'interrupted' : 'failed', message);
  throw new UserError(message ?? `the run ended with ${String(code)}`, code ?? EXIT.failure);
}
