import { readdir, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { DatasetError } from '../dataset-error.js';

/**
 * Names in a folder, sorted, with what they are (a symbolic link counts as what it leads to); a clear error where the
 * folder cannot be read.
 */
export async function listFolder(
  folder: string,
  dataset: string,
): Promise<{ readonly files: readonly string[]; readonly folders: readonly string[] }> {
  let entries;
  try {
    entries = await readdir(folder, { withFileTypes: true });
  } catch (cause) {
    const code = (cause as NodeJS.ErrnoException).code;
    const why =
      code === 'ENOENT' ? 'it does not exist' : code === 'ENOTDIR' ? 'it is not a folder' : String(cause);
    throw new DatasetError(`${dataset}: cannot read the folder '${folder}': ${why}`, { cause });
  }
  const files: string[] = [];
  const folders: string[] = [];
  for (const entry of entries) {
    const kind = entry.isSymbolicLink() ? await targetOf(join(folder, entry.name)) : entry;
    if (kind?.isFile() === true) files.push(entry.name);
    if (kind?.isDirectory() === true) folders.push(entry.name);
  }
  return { files: files.sort(), folders: folders.sort() };
}

/** What a symbolic link leads to; undefined where it leads nowhere. */
async function targetOf(path: string) {
  try {
    return await stat(path);
  } catch {
    return undefined;
  }
}
