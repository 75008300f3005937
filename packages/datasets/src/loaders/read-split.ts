import { readFile } from 'node:fs/promises';
import { basename } from 'node:path';
import { DatasetError } from '../dataset-error.js';
import { parseSplit, type Split } from '../splits/split.js';

/** Reads `FILE` or `FILE#subset`: a JSON of scene names, see `parseSplit`. */
export async function readSplit(reference: string): Promise<Split> {
  const hash = reference.lastIndexOf('#');
  const file = hash < 0 ? reference : reference.slice(0, hash);
  let json: unknown;
  try {
    json = JSON.parse(await readFile(file, 'utf8'));
  } catch (cause) {
    const why = cause instanceof Error ? cause.message : String(cause);
    throw new DatasetError(`split '${file}': ${why}`, { cause });
  }
  return parseSplit(json, {
    name: basename(file),
    ...(hash < 0 ? {} : { subset: reference.slice(hash + 1) }),
  });
}
