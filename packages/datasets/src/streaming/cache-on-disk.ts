import { createHash } from 'node:crypto';
import { existsSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { writeNpy, type TypedArray } from '@prismamba/formats';
import { makeFolder, openNpy, writeFileAtomic } from '@prismamba/formats/node';
import { DatasetError } from '../dataset-error.js';
import { checkRegion, findScene, type Region, type Scene, type SceneSource } from '../scene.js';

/** Options of {@link cacheOnDisk}. */
export interface CacheOnDiskOptions {
  /** What the source's description does not tell and would change the scenes, e.g. the seed of a noisy recipe. */
  readonly key?: string;
  /**
   * Everything that the scenes depend on, where the caller knows it better than the source's name, description and
   * notes tell it; those are then not compared.
   */
  readonly identity?: string;
}

/**
 * Keeps each scene of a source as uncompressed .npy files in a folder the first time it is read; after that a region
 * costs a read of its own bytes. For data sets larger than memory whose format cannot be read in parts (MATLAB v5, 16-bit
 * PNG folders, npz): 4 bytes a value of cube and RGB on disk, Harvard about 10 GB.
 *
 * The folder remembers which source it belongs to; another source, recipe or `key` is an error, not a mixture.
 *
 * @throws DatasetError where the folder holds scenes of another source
 */
export async function cacheOnDisk(
  source: SceneSource,
  folder: string,
  options: CacheOnDiskOptions = {},
): Promise<SceneSource> {
  const { name, description, notes, wavelengths } = source;
  const said = options.identity ?? [name, description, notes];
  const identity = JSON.stringify([said, wavelengths, options.key]);
  const fingerprint = createHash('sha256').update(identity).digest('hex');
  makeFolder(folder);
  const marker = join(folder, 'cache.json');
  if (existsSync(marker)) {
    const known = JSON.parse(await readFile(marker, 'utf8')) as {
      fingerprint?: string;
      description?: string;
    };
    if (known.fingerprint !== fingerprint) {
      throw new DatasetError(
        `cacheOnDisk: '${folder}' holds scenes of another source (${known.description}); this one is: ${source.description}. Take another folder, or delete that one`,
      );
    }
  } else {
    writeFileAtomic(marker, JSON.stringify({ fingerprint, description: source.description }, null, 2));
  }
  const bands = source.wavelengths.length;
  const fileOf = (id: string, part: string) => join(folder, `${encodeURIComponent(id)}.${part}.npy`);
  const writing = new Map<string, Promise<void>>();
  const store = async (id: string): Promise<void> => {
    const scene = await source.load(id);
    const write = (part: string, data: TypedArray, dtype: 'float32' | 'uint8', channels: number) =>
      writeFileAtomic(
        fileOf(id, part),
        writeNpy({ dtype, shape: [scene.height, scene.width, channels], data }),
      );
    if (scene.mask !== undefined) write('mask', scene.mask, 'uint8', 1);
    write('rgb', scene.rgb, 'float32', 3);
    write('cube', scene.cube, 'float32', bands); // last: its presence says that the scene is complete
  };
  const ensure = (id: string): Promise<void> => {
    if (existsSync(fileOf(id, 'cube'))) return Promise.resolve();
    let stored = writing.get(id);
    if (stored === undefined) {
      stored = store(id).finally(() => writing.delete(id));
      writing.set(id, stored);
    }
    return stored;
  };
  const readPart = (id: string, part: string, region: Region | undefined): TypedArray => {
    const file = openNpy(fileOf(id, part));
    try {
      if (region === undefined) return file.read().data;
      const rows = [region.row, region.row + region.height] as const;
      const columns = [region.column, region.column + region.width] as const;
      return file.slice([rows, columns, null]).data;
    } finally {
      file.close();
    }
  };
  const read = async (id: string, region?: Region): Promise<Scene> => {
    const handle = findScene(source, id);
    if (region !== undefined) checkRegion(region, handle.height, handle.width, `cacheOnDisk: scene '${id}'`);
    await ensure(id);
    const { height, width } = region ?? handle;
    const mask = existsSync(fileOf(id, 'mask')) ? (readPart(id, 'mask', region) as Uint8Array) : undefined;
    return {
      id,
      cube: readPart(id, 'cube', region) as Float32Array,
      rgb: readPart(id, 'rgb', region) as Float32Array,
      height,
      width,
      wavelengths: source.wavelengths,
      ...(mask === undefined ? {} : { mask }),
    };
  };
  return {
    ...source,
    description: `${source.description}, kept as .npy in ${folder}`,
    regionReads: true,
    load: (id) => read(id),
    readRegion: (id, region) => read(id, region),
  };
}
