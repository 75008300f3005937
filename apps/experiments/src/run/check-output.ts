import { closeSync, existsSync, openSync, statfsSync, unlinkSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import { UserError } from '../user-error.js';

/** Tries whether a file can be made beside `path`, so that hours of work do not end in a folder that takes nothing. */
export function checkWritable(option: string, path: string): void {
  const folder = resolve(dirname(path));
  if (!existsSync(folder)) {
    throw new UserError(`${option} ${path}: the folder '${folder}' does not exist; make it, or name another`);
  }
  // The permission bits are not the whole truth (read-only mounts, full quotas): only a file is.
  const trial = join(folder, `.prismamba.${process.pid}-${process.hrtime.bigint()}.tmp`);
  try {
    closeSync(openSync(trial, 'wx'));
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    throw new UserError(`${option} ${path}: cannot write in '${folder}' (${reason}); name another folder`);
  }
  unlinkSync(trial);
}

/** 333 MB, 13.2 GB. */
export function formatBytes(bytes: number): string {
  return bytes >= 1e9 ? `${(bytes / 1e9).toFixed(1)} GB` : `${Math.ceil(bytes / 1e6)} MB`;
}

/** Bytes that the disk of a file has left. */
export function freeSpace(path: string): number {
  const { bavail, bsize } = statfsSync(resolve(dirname(path)));
  return bavail * bsize;
}

/** Compares what a file will take with what its disk has left. */
export function checkSpace(option: string, path: string, bytes: number, free = freeSpace(path)): void {
  if (bytes <= free) return;
  throw new UserError(
    `${option} ${path}: takes ${formatBytes(bytes)}, but its disk has ${formatBytes(free)} left; name another place`,
  );
}
