import { basename } from 'node:path';
import { repeatedKey } from '@prismamba/formats/internal';
import { readFileBytes } from '@prismamba/formats/node';
import { DatasetError, unknownNameMessage } from '../dataset-error.js';
import { publishedSplits } from '../splits/published-splits.js';
import { parseSplit, type Split } from '../splits/split.js';

/**
 * Reads `FILE` or `FILE#subset`: a JSON of scene names, see `parseSplit`.
 *
 * @throws DatasetError naming the file; where there is none, with the nearest published split, which may have been meant
 */
export async function readSplit(reference: string): Promise<Split> {
  const hash = reference.lastIndexOf('#');
  const file = hash < 0 ? reference : reference.slice(0, hash);
  let json: unknown;
  try {
    const text = new TextDecoder().decode(await readFileBytes(file));
    json = JSON.parse(text);
    const twice = repeatedKey(text);
    if (twice !== undefined) throw new Error(`the key '${twice}' is given twice in one object`);
  } catch (cause) {
    if ((cause as { code?: unknown }).code === 'ENOENT') throw noSuchSplit(file, cause);
    const why = cause instanceof Error ? cause.message : String(cause);
    throw new DatasetError(`split '${file}': ${why}`, { cause });
  }
  return parseSplit(json, {
    name: basename(file),
    ...(hash < 0 ? {} : { subset: reference.slice(hash + 1) }),
  });
}

function noSuchSplit(file: string, cause: unknown): DatasetError {
  const published = Object.keys(publishedSplits);
  const form = 'a JSON file {"train": [names], "test": [names]}';
  const message = /[./\\]/.test(file)
    ? `split '${file}': there is no such file. Wanted: ${form}, or a published split: ${published.join(', ')}`
    : `${unknownNameMessage('split', file, published)} Or name ${form}`;
  return new DatasetError(message, { cause });
}
