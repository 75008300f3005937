import { readdir } from 'node:fs/promises';
import { DatasetError } from '../dataset-error.js';

/** Names in a folder, sorted, with what they are; a clear error where the folder cannot be read. */
export async function listFolder(
  folder: string,
  dataset: string,
): Promise<{ readonly files: readonly string[]; readonly folders: readonly string[] }> {
  try {
    const entries = await readdir(folder, { withFileTypes: true });
    const names = (wanted: 'file' | 'folder') =>
      entries
        .filter(
          (entry) => (wanted === 'folder' ? entry.isDirectory() : entry.isFile()) || entry.isSymbolicLink(),
        )
        .map((entry) => entry.name)
        .sort();
    return { files: names('file'), folders: names('folder') };
  } catch (cause) {
    const code = (cause as NodeJS.ErrnoException).code;
    const why =
      code === 'ENOENT' ? 'it does not exist' : code === 'ENOTDIR' ? 'it is not a folder' : String(cause);
    throw new DatasetError(`${dataset}: cannot read the folder '${folder}': ${why}`, { cause });
  }
}
