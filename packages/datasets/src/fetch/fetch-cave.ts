import { readFile, rm } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { ZipArchive } from '@prismamba/formats/internal';
import { makeFolder, readFileBytes, writeFileAtomic } from '@prismamba/formats/node';
import { DatasetError } from '../dataset-error.js';
import { checkDataset, type DatasetReport } from '../inspect/check-dataset.js';
import { findCaveFiles, findCaveScenes } from '../loaders/cave-files.js';
import { caveSceneNames } from '../splits/cave-scene-names.js';
import { downloadFile, type DownloadOptions } from './download-file.js';

/**
 * The archive with all scenes, from the database's page (www.cs.columbia.edu/CAVE/databases/multispectral). It had
 * 405,988,465 bytes in 2026; its authors publish no checksum.
 */
export const caveUrl = 'https://www.cs.columbia.edu/CAVE/databases/multispectral/zip/complete_ms_data.zip';

/** What {@link fetchCave} is doing: bytes of the archive, files unpacked, scenes checked. */
export interface FetchProgress {
  readonly phase: 'download' | 'unpack' | 'check';
  readonly done: number;
  /** Undefined where the server does not say how large the archive is. */
  readonly total: number | undefined;
}

/** Options of {@link fetchCave}. */
export interface FetchCaveOptions extends Omit<DownloadOptions, 'onProgress'> {
  /** Where the archive is; default {@link caveUrl}. */
  readonly url?: string;
  /** Keep the archive when all is unpacked and checked. Default false. */
  readonly keepArchive?: boolean;
  readonly onProgress?: (progress: FetchProgress) => void;
}

/** What {@link fetchCave} did. */
export interface FetchedCave {
  /** False where a complete copy was there already. */
  readonly downloaded: boolean;
  /** SHA-256 of the archive, to be compared with other people's. */
  readonly sha256?: string;
  readonly bytes?: number;
  /** Every band of every scene was read. */
  readonly report: DatasetReport;
}

/**
 * Downloads the CAVE database into a folder, unpacks it and reads every file once. Three things verify it: the size (and
 * SHA-256 where one is given), the CRC-32 of each member of the archive, and `checkDataset`. An interrupted download is
 * continued; where a complete copy is there already it is only checked.
 *
 * @throws DatasetError naming what is wrong; the archive is then kept
 */
export async function fetchCave(root: string, options: FetchCaveOptions = {}): Promise<FetchedCave> {
  const { url = caveUrl, keepArchive = false, onProgress, signal, ...download } = options;
  makeFolder(root);
  const check = () =>
    checkDataset(root, {
      dataset: 'cave',
      onProgress: ({ done, total }) => onProgress?.({ phase: 'check', done, total }),
      ...(signal === undefined ? {} : { signal }),
    });
  if (await isComplete(root)) {
    const report = await check();
    if (report.bad.length === 0) return { downloaded: false, report };
  }
  const archive = join(root, 'complete_ms_data.zip');
  const { bytes, sha256 } = await downloadFile(url, archive, {
    ...download,
    ...(signal === undefined ? {} : { signal }),
    onProgress: (done, total) => onProgress?.({ phase: 'download', done, total }),
  });
  await unpackScenes(archive, root, (done, total) => onProgress?.({ phase: 'unpack', done, total }), signal);
  const report = await check();
  const [bad] = report.bad;
  if (bad !== undefined) {
    throw new DatasetError(
      `fetch: ${report.bad.length} scenes of the archive cannot be read, the first: ${bad.problem}. The archive is kept: '${archive}'`,
    );
  }
  if (report.missing.length > 0) {
    throw new DatasetError(
      `fetch: the archive from ${url} is not the whole database: ${report.missing.join('; ')}. The archive is kept: '${archive}'`,
    );
  }
  if (!keepArchive) await rm(archive);
  return { downloaded: true, sha256, bytes, report };
}

/** True where the band files of all 32 scenes are there; their content is not looked at. */
async function isComplete(root: string): Promise<boolean> {
  try {
    const found = new Map((await findCaveScenes(root)).map(({ id, folder }) => [id, folder]));
    for (const id of caveSceneNames) {
      const folder = found.get(id);
      if (folder === undefined) return false;
      await findCaveFiles(id, folder);
    }
    return true;
  } catch (error) {
    if (error instanceof DatasetError) return false;
    throw error;
  }
}

/** Writes the pictures of the scene folders `NAME_ms/...`, wherever they are in the archive; each whole or not at all. */
async function unpackScenes(
  path: string,
  root: string,
  onProgress: (done: number, total: number) => void,
  signal: AbortSignal | undefined,
): Promise<void> {
  const zip = new ZipArchive(await readFileBytes(path), { name: path });
  const members = zip.names.flatMap((name) => {
    const target = targetOf(name, path);
    return target === undefined ? [] : [{ name, target: join(root, target) }];
  });
  if (members.length === 0) {
    throw new DatasetError(`fetch: '${path}' holds no NAME_ms/...png: it is not the CAVE archive`);
  }
  for (const [i, { name, target }] of members.entries()) {
    signal?.throwIfAborted();
    const bytes = zip.read(name);
    if (!(await holds(target, bytes))) {
      makeFolder(dirname(target));
      writeFileAtomic(target, bytes);
    }
    onProgress(i + 1, members.length);
  }
}

/** Whether a file is there with these bytes: what an interrupted run has unpacked is not written again. */
async function holds(path: string, bytes: Uint8Array): Promise<boolean> {
  try {
    return Buffer.compare(await readFile(path), bytes) === 0;
  } catch {
    return false;
  }
}

/** Where a member goes below the root; undefined for what is no picture of a scene. @throws for names that leave it */
function targetOf(name: string, archive: string): string | undefined {
  const parts = name.split(/[/\\]/);
  if (parts.includes('..') || /^([/\\]|[A-Za-z]:)/.test(name)) {
    throw new DatasetError(
      `fetch: '${archive}' is hostile: its member '${name}' would be written outside the folder`,
    );
  }
  const scene = parts.findIndex((part) => part.endsWith('_ms'));
  if (scene < 0 || parts.includes('__MACOSX') || !/^[^.].*\.(png|bmp)$/i.test(parts.at(-1)!))
    return undefined;
  return join(...parts.slice(scene));
}
