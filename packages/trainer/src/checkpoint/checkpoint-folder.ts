import { createHash } from 'node:crypto';
import { existsSync, readdirSync, readFileSync, rmSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { FormatError } from '@prismamba/formats';
import { makeFolder, writeFileAtomic } from '@prismamba/formats/node';
import { decodeCheckpoint, encodeCheckpoint, type Checkpoint, type Checksum } from './checkpoint.js';

const FILE = /^step-(\d{8})\.safetensors$/;

const sha256: Checksum = (parts) => {
  const hash = createHash('sha256');
  for (const part of parts) hash.update(part);
  return `sha256:${hash.digest('hex')}`;
};

function checkpointFiles(folder: string): string[] {
  if (!existsSync(folder)) return [];
  return readdirSync(folder)
    .filter((name) => FILE.test(name))
    .sort();
}

/**
 * Writes `folder/step-00000500.safetensors` whole or not at all, then removes all but the newest `keep` files.
 * Returns the path.
 */
export function saveCheckpoint(
  folder: string,
  checkpoint: Checkpoint,
  { keep = 2 }: { keep?: number } = {},
): string {
  makeFolder(folder);
  const path = join(folder, `step-${String(checkpoint.step).padStart(8, '0')}.safetensors`);
  writeFileAtomic(path, encodeCheckpoint(checkpoint, { checksum: sha256 }));
  for (const old of checkpointFiles(folder).slice(0, -keep)) rmSync(join(folder, old), { force: true });
  return path;
}

/** The newest checkpoint of a folder, or undefined where there is none. */
export function latestCheckpoint(folder: string): string | undefined {
  const newest = checkpointFiles(folder).at(-1);
  return newest === undefined ? undefined : join(folder, newest);
}

export interface LoadCheckpointOptions {
  /** Told of each damaged file of a folder that is passed over. */
  readonly onDamaged?: (file: string, error: Error) => void;
}

/**
 * Reads a checkpoint file, or the newest one of a folder that is whole: a damaged one (cut off, or its checksum does not
 * fit) is passed over for the one before it, and `onDamaged` is told.
 *
 * @throws FormatError for a damaged file that was named itself, or when no file of the folder is whole.
 */
export function loadCheckpoint(path: string, { onDamaged }: LoadCheckpointOptions = {}): Checkpoint {
  if (!existsSync(path)) throw new Error(`loadCheckpoint: there is no file or folder '${path}'`);
  const read = (file: string) => decodeCheckpoint(readFileSync(file), { name: file, checksum: sha256 });
  if (!statSync(path).isDirectory()) return read(path);
  const files = checkpointFiles(path).map((name) => join(path, name));
  if (files.length === 0) {
    throw new Error(`loadCheckpoint: the folder '${path}' holds no checkpoint (step-XXXXXXXX.safetensors)`);
  }
  let failure: Error | undefined;
  for (const file of files.reverse()) {
    try {
      return read(file);
    } catch (error) {
      if (!(error instanceof FormatError)) throw error;
      failure ??= error;
      onDamaged?.(file, error);
    }
  }
  throw failure!;
}
