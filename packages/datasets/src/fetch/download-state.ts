import { readFile } from 'node:fs/promises';
import { writeFileAtomic } from '@prismamba/formats/node';

/** What is remembered beside a half-downloaded file, so that it is continued only with the same content. */
export interface DownloadState {
  readonly url: string;
  /** The server's name for this version of the file (ETag, else Last-Modified). */
  readonly validator: string;
  /** Bytes of the whole file. */
  readonly total: number;
}

/** Reads the state; undefined where there is none or it is damaged (the download then starts anew). */
export async function readState(path: string): Promise<DownloadState | undefined> {
  let value: unknown;
  try {
    value = JSON.parse(await readFile(path, 'utf8'));
  } catch {
    return undefined;
  }
  if (typeof value !== 'object' || value === null) return undefined;
  const { url, validator, total } = value as Partial<Record<keyof DownloadState, unknown>>;
  if (typeof url !== 'string' || typeof validator !== 'string' || typeof total !== 'number') return undefined;
  return { url, validator, total };
}

export function writeState(path: string, state: DownloadState): void {
  writeFileAtomic(path, `${JSON.stringify(state, null, 2)}\n`);
}

/** What names this version of the file: a strong ETag, else the date; a weak ETag does not promise equal bytes. */
export function validatorOf(headers: Headers): string | undefined {
  const etag = headers.get('etag');
  if (etag !== null && !etag.startsWith('W/')) return etag;
  return headers.get('last-modified') ?? undefined;
}
