import { realpath } from 'node:fs/promises';
import { join } from 'node:path';
import { DatasetError } from '../dataset-error.js';
import { listFolder, refuseLinksOut } from './folder-listing.js';

/** Data sets are unpacked into folders of parts (training, validation, ...): this deep is looked. */
const deepest = 4;

/** Paths of all files below a folder, sorted, hidden ones left out. A folder that links lead to twice is read once. */
export async function walkFiles(root: string, dataset: string): Promise<string[]> {
  const seen = new Set<string>();
  const found: string[] = [];
  const visit = async (folder: string, depth: number): Promise<void> => {
    const { files, folders, links } = await listFolder(folder, dataset);
    const real = await realpath(folder);
    await refuseLinksOut(root, folder, links, dataset);
    if (seen.has(real)) return;
    seen.add(real);
    for (const name of files) if (!name.startsWith('.')) found.push(join(folder, name));
    if (depth === deepest) return;
    for (const name of folders) {
      if (!name.startsWith('.') && name !== '__MACOSX') await visit(join(folder, name), depth + 1);
    }
  };
  await visit(root, 0);
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
