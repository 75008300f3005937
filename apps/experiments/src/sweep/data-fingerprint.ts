import { createHash } from 'node:crypto';
import { createReadStream, existsSync, readdirSync, readFileSync, statSync } from 'node:fs';
import { homedir } from 'node:os';
import { join, relative, resolve } from 'node:path';
import { pipeline } from 'node:stream/promises';
import { makeFolder, writeFileAtomic } from '@prismamba/formats/node';
import type { ExperimentConfig } from '../config/experiment-schema.js';
import { countProgress } from '../run/progress.js';

/** Checksums that were computed before, by path; one counts while size and time of change are the same. */
type Known = Record<string, { readonly size: number; readonly mtime: number; readonly sha256: string }>;

function cacheFile(): string {
  return join(process.env['XDG_CACHE_HOME'] ?? join(homedir(), '.cache'), 'prismamba', 'checksums.json');
}

function readKnown(path: string): Known {
  try {
    const value: unknown = JSON.parse(readFileSync(path, 'utf8'));
    return typeof value === 'object' && value !== null ? (value as Known) : {};
  } catch {
    return {}; // none yet, or damaged: everything is computed again
  }
}

async function sha256(path: string): Promise<string> {
  const hash = createHash('sha256');
  await pipeline(createReadStream(path), hash);
  return hash.digest('hex');
}

function filesBelow(folder: string): string[] {
  const names = readdirSync(folder, { recursive: true, encoding: 'utf8' });
  return names.filter((name) => statSync(join(folder, name)).isFile()).sort();
}

/**
 * What a run's data is, as one text: names, sizes and checksums of every file of the data folder and of the files that the config
 * names. Synthetic scenes follow from the config alone and give an empty text. Checksums are kept in the user's cache.
 */
export async function dataFingerprint({ data }: ExperimentConfig): Promise<string> {
  const further = (data.train_on ?? []).flatMap((entry) => (entry === 'own' ? [] : [entry]));
  const texts = [await fingerprintOf(data, process.env['PRISMAMBA_DATA'])];
  for (const entry of further) texts.push(await fingerprintOf(entry));
  return texts.filter((text) => text !== '').join('\n');
}

type Files = Pick<ExperimentConfig['data'], 'source' | 'folder' | 'split' | 'camera'>;

async function fingerprintOf(data: Files, otherwise?: string): Promise<string> {
  const named = [data.camera, data.split?.split('#')[0]].filter(
    (path): path is string => path !== undefined && existsSync(path),
  );
  const folder = data.source === 'synthetic' ? undefined : (data.folder ?? otherwise);
  const inside =
    folder === undefined || !existsSync(folder) ? [] : filesBelow(folder).map((name) => join(folder, name));
  const lies = new Set(inside.map((path) => resolve(path)));
  const files = [...inside, ...new Set(named.filter((path) => !lies.has(resolve(path))))];
  if (files.length === 0) return '';
  const cache = cacheFile();
  const known = readKnown(cache);
  const fresh: Known = {};
  const lines: string[] = [];
  const isNew = (path: string) => known[resolve(path)]?.mtime !== statSync(path).mtimeMs;
  const progress =
    files.filter(isNew).length > 100 ? countProgress('checksums of the data', files.length) : undefined;
  try {
    for (const path of files) {
      const { size, mtimeMs: mtime } = statSync(path);
      const key = resolve(path);
      const before = known[key];
      const same = before !== undefined && before.size === size && before.mtime === mtime;
      const sum = same ? before.sha256 : await sha256(path);
      fresh[key] = { size, mtime, sha256: sum };
      const name = folder !== undefined && inside.includes(path) ? relative(folder, path) : 'named file';
      lines.push(`${name} ${size} ${sum}`);
      progress?.next();
    }
  } finally {
    progress?.stop();
  }
  makeFolder(join(cache, '..'));
  writeFileAtomic(cache, JSON.stringify({ ...known, ...fresh }));
  return lines.join('\n');
}
