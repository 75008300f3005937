import { join } from 'node:path';
import { DatasetError } from '../dataset-error.js';
import { listFolder } from './folder-listing.js';

/** Data sets are unpacked into folders of parts (training, validation, ...): this deep is looked. */
const deepest = 4;

/** Paths of all files below a folder, sorted, hidden ones left out. */
export async function walkFiles(root: string, dataset: string, depth = 0): Promise<string[]> {
  const { files, folders } = await listFolder(root, dataset);
  const names = new Set(files);
  const found = files.filter((name) => !name.startsWith('.')).map((name) => join(root, name));
  if (depth === deepest) return found;
  for (const name of folders) {
    // A symbolic link is listed as both; `listFolder` of a link to a file would fail.
    if (name.startsWith('.') || name === '__MACOSX' || names.has(name)) continue;
    found.push(...(await walkFiles(join(root, name), dataset, depth + 1)));
  }
  return found;
}

/** Adds a file under a scene's name; two files for one scene are an error that names both. */
export function addOnce(files: Map<string, string>, id: string, path: string, dataset: string): void {
  const other = files.get(id);
  if (other !== undefined) {
    throw new DatasetError(
      `${dataset}: scene '${id}' is there twice, '${other}' and '${path}'; name the folder that holds one of them`,
    );
  }
  files.set(id, path);
}
