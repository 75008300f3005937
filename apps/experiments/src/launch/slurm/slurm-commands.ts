import { spawnSync } from 'node:child_process';
import { accessSync, constants } from 'node:fs';
import { userInfo } from 'node:os';
import { delimiter, join } from 'node:path';
import { UserError } from '../../user-error.js';

type Program = 'sbatch' | 'squeue' | 'scancel' | 'scontrol';

/** The folder of Slurm's programs, or undefined where this machine has none. */
export function slurmFolder(): string | undefined {
  return (process.env['PATH'] ?? '').split(delimiter).find((folder) => {
    try {
      accessSync(join(folder, 'sbatch'), constants.X_OK);
      return folder !== '';
    } catch {
      return false;
    }
  });
}

/**
 * Options that the environment would add to a job (`SBATCH_PARTITION`, or `SLURM_*` where the command itself runs inside a job) are
 * left out: the script says all. Where the cluster is does come from there.
 */
function cleanEnvironment(): NodeJS.ProcessEnv {
  const entries = Object.entries(process.env).filter(
    ([name, value]) =>
      (name === 'SLURM_CONF' && value !== '') || !/^(SBATCH|SLURM|SQUEUE|SCANCEL)_/.test(name),
  );
  return Object.fromEntries(entries);
}

function call(program: Program, args: readonly string[]): string {
  const folder = slurmFolder();
  if (folder === undefined) {
    throw new UserError(
      "--launcher slurm: this machine has no 'sbatch' in its PATH; run the command on a node of the cluster from which jobs are submitted, or take --launcher local",
    );
  }
  const { status, stdout, stderr, error } = spawnSync(join(folder, program), args, {
    encoding: 'utf8',
    env: cleanEnvironment(),
  });
  if (status === 0) return stdout;
  const reason = error?.message ?? stderr.trim();
  throw new UserError(`${program} ${args.join(' ')}: ${reason === '' ? `exit code ${status}` : reason}`);
}

/** Submits a script; returns the job's id. */
export function submit(args: readonly string[]): string {
  const id = /^(\d+)/.exec(call('sbatch', ['--parsable', ...args]))?.[1];
  if (id === undefined) throw new UserError(`sbatch ${args.join(' ')}: told no job id`);
  return id;
}

export function cancelJobs(jobs: readonly string[]): void {
  if (jobs.length > 0) call('scancel', jobs);
}

/** Ends the running job and puts it into the queue again. */
export function requeue(job: string): void {
  call('scontrol', ['requeue', job]);
}

/** What the scheduler holds of this user: the state by `<job>` or `<array job>_<index>`. */
export function queuedJobs(): Map<string, string> {
  const lines = call('squeue', [
    '--noheader',
    '--array',
    '--states=all',
    `--user=${userInfo().username}`,
    '--format=%F_%K %T',
  ]);
  const states = new Map<string, string>();
  for (const line of lines.split('\n')) {
    const [key, state] = line.trim().split(' ');
    if (key === undefined || state === undefined || ENDED.has(state)) continue;
    states.set(key.replace(/_N\/A$/, ''), state);
  }
  return states;
}

/** States of jobs that Slurm still remembers for some minutes, and that do not come back. */
const ENDED = new Set([
  'COMPLETED',
  'FAILED',
  'CANCELLED',
  'TIMEOUT',
  'BOOT_FAIL',
  'OUT_OF_MEMORY',
  'DEADLINE',
]);

/** Tasks that one array may have; Slurm's default where it does not say. */
export function largestArray(): number {
  const found = /^MaxArraySize\s*=\s*(\d+)/m.exec(call('scontrol', ['show', 'config']))?.[1];
  return Math.max(1, Number(found ?? 1001));
}
