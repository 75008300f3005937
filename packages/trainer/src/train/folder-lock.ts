import { linkSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { hostname } from 'node:os';
import { join } from 'node:path';

/** Who holds a folder. */
interface Holder {
  readonly pid: number;
  readonly host: string;
  /** When that process started, where the system tells; process ids are used again. */
  readonly started: string | undefined;
  /** Where Slurm started it: the job, and how often it was started anew. */
  readonly job?: { readonly id: string; readonly restarts: number };
}

const FILE = '.lock';
/** What file systems say that have no hard links, such as FAT. */
const NO_LINKS = ['EPERM', 'ENOTSUP', 'EOPNOTSUPP', 'ENOSYS'];

const isAnyOf = (error: unknown, codes: readonly string[]) =>
  codes.includes((error as NodeJS.ErrnoException).code ?? '');

/** Start time of a process in clock ticks since boot, with the boot's own id (Linux); undefined elsewhere. */
function startOf(pid: number): string | undefined {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, 'utf8');
    // The name of the program, in parentheses, may hold spaces; the start time is the 20th field behind it.
    const ticks = stat.slice(stat.lastIndexOf(')') + 2).split(' ')[19];
    return `${readFileSync('/proc/sys/kernel/random/boot_id', 'utf8').trim()}/${ticks}`;
  } catch {
    return undefined;
  }
}

function isRunning(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    // EPERM: it runs, as somebody else
    return (error as NodeJS.ErrnoException).code === 'EPERM';
  }
}

/** The job of Slurm that this process belongs to. */
function ownJob({ SLURM_JOB_ID: id, SLURM_RESTART_COUNT: restarts }: NodeJS.ProcessEnv): Pick<Holder, 'job'> {
  return id === undefined || id === '' ? {} : { job: { id, restarts: Number(restarts ?? 0) } };
}

/**
 * Whether the process that wrote the lock still runs. On another machine nobody can tell: then it is taken to, unless this process
 * belongs to a later start of the same job, before which Slurm has ended the earlier one (or lost its node).
 */
function isAlive({ pid, host, started, job }: Holder, own: Holder): boolean {
  if (host !== own.host)
    return job === undefined || job.id !== own.job?.id || job.restarts >= own.job.restarts;
  return isRunning(pid) && (started === undefined || started === startOf(pid));
}

function readText(path: string): string | undefined {
  try {
    return readFileSync(path, 'utf8');
  } catch (error) {
    if (isAnyOf(error, ['ENOENT'])) return undefined;
    throw error;
  }
}

function parseHolder(text: string): Holder | undefined {
  try {
    const value = JSON.parse(text) as Partial<Holder>;
    return typeof value.pid === 'number' && typeof value.host === 'string' ? (value as Holder) : undefined;
  } catch {
    return undefined; // torn by a crash
  }
}

/** Another process works in the folder. */
export class FolderLockedError extends Error {
  override readonly name = 'FolderLockedError';
  constructor(folder: string, { pid, host }: Holder) {
    const remedy =
      host === hostname()
        ? 'wait for it, or stop it'
        : `if it no longer runs, delete '${join(folder, FILE)}'`;
    super(`lockFolder: '${folder}' is in use by process ${pid} on ${host}; ${remedy}`);
  }
}

/** Makes the lock, whole from the first moment on: nobody ever reads half of one. @returns whether there was none. */
function make(path: string, text: string): boolean {
  const draft = `${path}.${process.pid}-${process.hrtime.bigint()}.tmp`;
  writeFileSync(draft, text, { flag: 'wx' });
  try {
    linkSync(draft, path);
    return true;
  } catch (error) {
    // There is one; or the holder has swept the draft away.
    if (isAnyOf(error, ['EEXIST', 'ENOENT'])) return false;
    if (!isAnyOf(error, NO_LINKS)) throw error;
  } finally {
    rmSync(draft, { force: true });
  }
  try {
    writeFileSync(path, text, { flag: 'wx' });
    return true;
  } catch (error) {
    if (isAnyOf(error, ['EEXIST'])) return false;
    throw error;
  }
}

/** Removes the lock of a process that ended, and no other: another process may have taken the folder over since it was read. */
function removeDead(path: string, text: string): void {
  const aside = `${path}.${process.pid}-${process.hrtime.bigint()}.tmp`;
  try {
    renameSync(path, aside);
    if (readText(aside) !== text) linkSync(aside, path);
  } catch (error) {
    // Gone meanwhile, or taken again: the next attempt sees it.
    if (!isAnyOf(error, ['ENOENT', 'EEXIST'])) throw error;
  } finally {
    rmSync(aside, { force: true });
  }
}

/**
 * Takes a folder for this process until the returned function is called. A lock that a crash left behind is taken over:
 * its process no longer runs, or its id belongs to a younger process.
 *
 * @throws FolderLockedError while another process holds it.
 */
export function lockFolder(folder: string): () => void {
  const path = join(folder, FILE);
  const holder: Holder = {
    pid: process.pid,
    host: hostname(),
    started: startOf(process.pid),
    ...ownJob(process.env),
  };
  const own = JSON.stringify(holder);
  for (let attempt = 0; attempt < 20; attempt++) {
    try {
      if (make(path, own)) {
        return () => {
          // A lock that somebody else has made since is not ours to remove.
          if (readText(path) === own) rmSync(path, { force: true });
        };
      }
      const text = readText(path);
      if (text === undefined) continue;
      const other = parseHolder(text);
      if (other !== undefined && isAlive(other, holder)) throw new FolderLockedError(folder, other);
      removeDead(path, text);
    } catch (error) {
      if (error instanceof FolderLockedError) throw error;
      const reason = error instanceof Error ? error.message : String(error);
      throw new Error(`lockFolder: cannot write in '${folder}': ${reason}`, { cause: error });
    }
  }
  throw new Error(`lockFolder: '${path}' cannot be taken; delete it`);
}
