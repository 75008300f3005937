import { readdir, realpath, stat } from 'node:fs/promises';
import { join, sep } from 'node:path';
import { DatasetError } from '../dataset-error.js';

/**
 * Names in a folder, sorted, with what they are (a symbolic link counts as what it leads to); a clear error where the
 * folder cannot be read.
 */
export async function listFolder(
  folder: string,
  dataset: string,
): Promise<{
  readonly files: readonly string[];
  readonly folders: readonly string[];
  /** Those of them that are symbolic links. */
  readonly links: readonly string[];
}> {
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
  const links: string[] = [];
  for (const entry of entries) {
    const kind = entry.isSymbolicLink() ? await targetOf(join(folder, entry.name)) : entry;
    if (entry.isSymbolicLink() && kind !== undefined) links.push(entry.name);
    if (kind?.isFile() === true) files.push(entry.name);
    if (kind?.isDirectory() === true) folders.push(entry.name);
  }
  return { files: files.sort(), folders: folders.sort(), links: links.sort() };
}

/**
 * A data folder holds its data: what links in it lead to elsewhere, nobody who named the folder has named.
 *
 * @throws DatasetError naming the link of `folder` that leads out of `root`, and where to
 */
export async function refuseLinksOut(
  root: string,
  folder: string,
  links: readonly string[],
  dataset: string,
): Promise<void> {
  const top = await realpath(root);
  for (const name of links) {
    const target = await realpath(join(folder, name));
    if (target === top || target.startsWith(top + sep)) continue;
    throw new DatasetError(
      `${dataset}: the link '${join(folder, name)}' leads out of the folder, to '${target}'; name that folder itself, or copy what it leads to`,
    );
  }
}

/** What a symbolic link leads to; undefined where it leads nowhere. */
async function targetOf(path: string) {
  try {
    return await stat(path);
  } catch {
    return undefined;
  }
}
