import { createHash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { open, rename, rm, stat, statfs } from 'node:fs/promises';
import { dirname } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { DatasetError } from '../dataset-error.js';
import { readState, validatorOf, writeState } from './download-state.js';

/** How a file is downloaded: what it must be, how often a broken connection is tried again. */
export interface DownloadOptions {
  /** Hexadecimal SHA-256 that the file must have. */
  readonly sha256?: string;
  /** Bytes that are there, bytes in all (undefined where the server does not say). */
  readonly onProgress?: (done: number, total: number | undefined) => void;
  /** Stops the download; what has arrived is kept and continued the next time. */
  readonly signal?: AbortSignal;
  /** How often a broken connection or a server error is tried again without a byte arriving. Default 4. */
  readonly retries?: number;
  /** Milliseconds before the first new attempt; doubled each time. Default 1000. */
  readonly retryDelay?: number;
  /** Milliseconds without a byte after which a connection counts as broken. Default 60,000. */
  readonly stallTimeout?: number;
}

/** A problem that a new attempt may solve. */
class BrokenConnection extends Error {}

/**
 * Downloads a file over HTTP(S). It appears under its name whole and verified, or not at all: until then it is
 * `<path>.part`. A half-downloaded file is continued (HTTP Range) as long as the server says that it still is the same
 * (If-Range); otherwise the download starts anew.
 *
 * @returns size and SHA-256 of the file
 * @throws DatasetError naming URL and path: refused by the server, connection broken too often, no room, wrong checksum
 */
export async function downloadFile(
  url: string,
  path: string,
  options: DownloadOptions = {},
): Promise<{ readonly bytes: number; readonly sha256: string }> {
  const { retries = 4, retryDelay = 1000, signal } = options;
  const part = `${path}.part`;
  let failures = 0;
  for (let before = await sizeOf(part); ;) {
    try {
      await receive(url, path, options);
      break;
    } catch (error) {
      if (!(error instanceof BrokenConnection)) throw error;
      signal?.throwIfAborted();
      const now = await sizeOf(part);
      failures = now > before ? 1 : failures + 1; // as long as bytes arrive, go on
      before = now;
      if (failures > retries) {
        const kept =
          now === 0
            ? 'Nothing was kept: check the address and the network, and run the command again'
            : `${now} bytes are kept in '${part}': run the command again to continue`;
        throw new DatasetError(`download of ${url}: ${error.message}, ${failures} times in a row. ${kept}`, {
          cause: error,
        });
      }
      await sleep(retryDelay * 2 ** (failures - 1), undefined, signal === undefined ? {} : { signal });
    }
  }
  const sha256 = await hashFile(part);
  if (options.sha256 !== undefined && sha256 !== options.sha256.toLowerCase()) {
    await rm(part, { force: true });
    await rm(stateOf(path), { force: true });
    throw new DatasetError(
      `download of ${url}: SHA-256 is ${sha256}, wanted ${options.sha256}; the file was damaged on its way or has been replaced, and was removed`,
    );
  }
  const bytes = await sizeOf(part);
  await rename(part, path);
  await rm(stateOf(path), { force: true });
  return { bytes, sha256 };
}

const stateOf = (path: string) => `${path}.part.json`;

async function sizeOf(path: string): Promise<number> {
  try {
    return (await stat(path)).size;
  } catch {
    return 0;
  }
}

/** One attempt; returns when the part is complete. */
async function receive(url: string, path: string, options: DownloadOptions): Promise<void> {
  const { onProgress, signal, stallTimeout = 60_000 } = options;
  const part = `${path}.part`;
  const state = await readState(stateOf(path));
  const there = await sizeOf(part);
  const resume = state?.url === url && there > 0 && there <= state.total ? state : undefined;
  if (resume !== undefined && there === resume.total) return;

  // Ends the attempt when nothing arrives for a while.
  const stalled = new AbortController();
  const watch = () => setTimeout(() => stalled.abort(), stallTimeout);
  let timer = watch();
  const anySignal = AbortSignal.any([stalled.signal, ...(signal === undefined ? [] : [signal])]);
  const broken = (cause: unknown): Error => {
    if (signal?.aborted === true) return signal.reason as Error;
    if (cause instanceof DatasetError || cause instanceof BrokenConnection) return cause;
    if (isFileProblem(cause)) return cause;
    const why = stalled.signal.aborted ? `no byte for ${stallTimeout / 1000} s` : reasonOf(cause);
    return new BrokenConnection(`the connection broke (${why})`, { cause });
  };
  try {
    const response = await fetch(url, {
      headers: {
        'accept-encoding': 'identity',
        ...(resume === undefined ? {} : { range: `bytes=${there}-`, 'if-range': resume.validator }),
      },
      signal: anySignal,
    });
    const { start, total } = await startOf(response, url, resume === undefined ? 0 : there, path);
    if (start === 0) {
      const validator = validatorOf(response.headers);
      await rm(stateOf(path), { force: true });
      if (validator !== undefined && total !== undefined)
        writeState(stateOf(path), { url, validator, total });
    }
    await checkRoom(path, (total ?? 0) - start);
    const file = await open(part, start === 0 ? 'w' : 'r+');
    let done = start;
    try {
      onProgress?.(done, total);
      for await (const chunk of response.body as AsyncIterable<Uint8Array>) {
        clearTimeout(timer);
        timer = watch();
        await file.write(chunk, 0, chunk.length, done);
        done += chunk.length;
        onProgress?.(done, total);
      }
      await file.sync();
    } finally {
      await file.close();
    }
    if (total !== undefined && done !== total) {
      throw new BrokenConnection(`the connection ended after ${done} of ${total} bytes`);
    }
  } catch (cause) {
    throw broken(cause);
  } finally {
    clearTimeout(timer);
  }
}

/** Where the body of an answer belongs in the file. @throws for refusals, BrokenConnection for server errors */
async function startOf(
  response: Response,
  url: string,
  asked: number,
  path: string,
): Promise<{ start: number; total: number | undefined }> {
  const { status } = response;
  if (status === 206) {
    const match = /^bytes (\d+)-\d+\/(\d+)$/.exec(response.headers.get('content-range') ?? '');
    if (match !== null && Number(match[1]) === asked) return { start: asked, total: Number(match[2]) };
  }
  if (status === 200) {
    const length = response.headers.get('content-length');
    return { start: 0, total: length === null ? undefined : Number(length) };
  }
  await response.body?.cancel();
  if (status === 206 || status === 416) {
    // The server and we disagree about what is there: begin again.
    await rm(`${path}.part`, { force: true });
    await rm(stateOf(path), { force: true });
    throw new BrokenConnection(`the server answered another range than was asked for (${status})`);
  }
  if (status >= 500 || status === 429) throw new BrokenConnection(`the server answered ${status}`);
  throw new DatasetError(
    `download of ${url}: the server answered ${status} ${response.statusText}; open the data set's page in a browser, and give the new address with --url`,
  );
}

async function checkRoom(path: string, needed: number): Promise<void> {
  const { bavail, bsize } = await statfs(dirname(path));
  if (needed > bavail * bsize) {
    throw new DatasetError(
      `download to '${path}': ${needed} bytes are needed, the disk has room for ${bavail * bsize}; free some space or choose another folder`,
    );
  }
}

function isFileProblem(cause: unknown): cause is Error {
  const code = (cause as NodeJS.ErrnoException | undefined)?.code;
  return ['ENOSPC', 'EACCES', 'EPERM', 'EROFS', 'ENOENT', 'EDQUOT', 'EISDIR'].includes(code ?? '');
}

/** The reason behind fetch's own "fetch failed". */
function reasonOf(cause: unknown): string {
  const inner = cause instanceof Error && cause.cause instanceof Error ? cause.cause : cause;
  return inner instanceof Error ? inner.message : String(inner);
}

async function hashFile(path: string): Promise<string> {
  const hash = createHash('sha256');
  for await (const chunk of createReadStream(path)) hash.update(chunk as Buffer);
  return hash.digest('hex');
}
