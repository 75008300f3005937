import { existsSync, mkdirSync, readdirSync, readFileSync, rmSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { writeFileAtomic } from '@prismamba/formats/node';
import { decodeCheckpoint, encodeCheckpoint, type Checkpoint } from './checkpoint.js';

const FILE = /^step-(\d{8})\.safetensors$/;

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
  mkdirSync(folder, { recursive: true });
  const path = join(folder, `step-${String(checkpoint.step).padStart(8, '0')}.safetensors`);
  writeFileAtomic(path, encodeCheckpoint(checkpoint));
  for (const old of checkpointFiles(folder).slice(0, -keep)) rmSync(join(folder, old), { force: true });
  return path;
}

/** The newest checkpoint of a folder, or undefined where there is none. */
export function latestCheckpoint(folder: string): string | undefined {
  const newest = checkpointFiles(folder).at(-1);
  return newest === undefined ? undefined : join(folder, newest);
}

/** Reads a checkpoint file, or the newest one of a folder. */
export function loadCheckpoint(path: string): Checkpoint {
  if (!existsSync(path)) throw new Error(`loadCheckpoint: there is no file or folder '${path}'`);
  const file = statSync(path).isDirectory() ? latestCheckpoint(path) : path;
  if (file === undefined) {
    throw new Error(`loadCheckpoint: the folder '${path}' holds no checkpoint (step-XXXXXXXX.safetensors)`);
  }
  return decodeCheckpoint(readFileSync(file), { name: file });
}
