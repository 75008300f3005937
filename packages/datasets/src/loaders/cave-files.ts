import { open } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { DatasetError } from '../dataset-error.js';
import { listFolder, refuseLinksOut } from './folder-listing.js';

export const caveBands = 31;

/** Where the 31 band files of a CAVE scene lie. */
export interface CaveFiles {
  readonly id: string;
  /** Folder that holds the PNG files. */
  readonly folder: string;
  /** Paths of bands 400, 410, ..., 700 nm. */
  readonly bands: readonly string[];
}

/**
 * Scene folders below `root` in both nestings seen in the wild, `NAME_ms/NAME_ms/NAME_ms_01.png` (the archive) and
 * `NAME_ms/NAME_ms_01.png`. The scene's name is NAME. `watercolors_ms` and every other folder are found the same way.
 */
export async function findCaveScenes(root: string): Promise<readonly { id: string; folder: string }[]> {
  const { folders, links } = await listFolder(root, 'cave');
  await refuseLinksOut(root, root, links, 'cave');
  const scenes = folders
    .filter((name) => name.endsWith('_ms'))
    .map((name) => ({ id: name.slice(0, -'_ms'.length), folder: join(root, name) }));
  if (scenes.length === 0) {
    throw new DatasetError(
      `cave: no scene folder NAME_ms in '${root}'; wanted NAME_ms/NAME_ms/NAME_ms_01.png ... _31.png (or one level less)`,
    );
  }
  return scenes;
}

/** The band files of one scene. @throws DatasetError naming scene and file for missing and extra bands */
export async function findCaveFiles(id: string, sceneFolder: string): Promise<CaveFiles> {
  let folder = sceneFolder;
  let listing = await listFolder(folder, `cave: scene '${id}'`);
  const isBand = (name: string) => /_ms_\d+\.png$/i.test(name);
  if (!listing.files.some(isBand) && listing.folders.includes(`${id}_ms`)) {
    folder = join(sceneFolder, `${id}_ms`);
    listing = await listFolder(folder, `cave: scene '${id}'`);
  }
  await refuseLinksOut(dirname(sceneFolder), folder, listing.links, `cave: scene '${id}'`);
  const found = new Map<number, string>();
  for (const name of listing.files.filter(isBand)) {
    const number = Number(/_ms_(\d+)\.png$/i.exec(name)?.[1]);
    const other = found.get(number);
    if (other !== undefined) {
      throw new DatasetError(
        `cave: scene '${id}': band ${number} is there twice, '${other}' and '${name}' in ${folder}`,
      );
    }
    found.set(number, name);
  }
  const wantedName = (band: number) => `${id}_ms_${String(band).padStart(2, '0')}.png`;
  const missing: string[] = [];
  const bands: string[] = [];
  for (let band = 1; band <= caveBands; band++) {
    const name = found.get(band);
    if (name === undefined) missing.push(wantedName(band));
    else bands.push(join(folder, name));
    found.delete(band);
  }
  if (missing.length > 0) {
    const list = missing.length > 6 ? `${missing.slice(0, 6).join(', ')}, ...` : missing.join(', ');
    throw new DatasetError(
      `cave: scene '${id}': ${missing.length} of ${caveBands} band files missing in ${folder}: ${list}`,
    );
  }
  if (found.size > 0) {
    throw new DatasetError(
      `cave: scene '${id}': extra band file${found.size > 1 ? 's' : ''} ${[...found.values()].join(', ')} in ${folder}; wanted bands 01 to ${caveBands} only`,
    );
  }
  return { id, folder, bands };
}

/** Width and height of a PNG from its first 24 bytes, without reading the rest. */
export async function readPngSize(path: string, context: string): Promise<{ height: number; width: number }> {
  const file = await open(path, 'r');
  try {
    const head = new Uint8Array(24);
    const { bytesRead } = await file.read(head, 0, 24, 0);
    const signature = [0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a];
    if (bytesRead < 24 || !signature.every((byte, i) => head[i] === byte)) {
      throw new DatasetError(`${context}: ${path} is no PNG file (${bytesRead} bytes read of its header)`);
    }
    const view = new DataView(head.buffer);
    return { width: view.getUint32(16), height: view.getUint32(20) };
  } finally {
    await file.close();
  }
}
