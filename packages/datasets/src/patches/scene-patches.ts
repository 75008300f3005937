import { DatasetError } from '../dataset-error.js';
import { createRandom, deriveSeed } from '@prismamba/core';
import { cropImage, findScene, type Region, type SceneSource } from '../scene.js';
import { applySymmetry, drawSymmetry, type Augmentation } from './augmentation.js';
import type { PatchPhoto } from './photo-augmentation.js';
import { checkPatchGrid, patchCount, patchRegions, type PatchGrid } from './patch-grid.js';
import { SceneCache } from './scene-cache.js';

/** A patch of a scene: row-major, channels last. */
export interface ScenePatch {
  readonly sceneId: string;
  readonly region: Region;
  /** [height, width, 3] */
  readonly rgb: Float32Array;
  /** [height, width, bands] */
  readonly cube: Float32Array;
  readonly height: number;
  readonly width: number;
}

/** Options of {@link scenePatches}. */
export interface ScenePatchesOptions extends PatchGrid {
  /** Default 'none'. */
  readonly augment?: Augmentation;
  /** Forms the RGB of each patch anew from its spectra instead of cutting it from the scene's RGB. */
  readonly photo?: PatchPhoto;
  /** Integer seed of the augmentation, default 0. */
  readonly seed?: number;
  /** Bytes of scenes kept in memory, default 2 GB. */
  readonly cacheBytes?: number;
}

/** Patches of many scenes by number, cut when they are asked for. */
export interface ScenePatches {
  readonly length: number;
  readonly bands: number;
  readonly cache: SceneCache;
  /** Where patch `index` lies; no reading. */
  placeOf(index: number): { readonly sceneId: string; readonly region: Region };
  /**
   * The patch; `draw` is the number of the visit: the same (seed, draw) gives the same augmentation, another draw
   * another one. Default: the index.
   */
  patchAt(index: number, draw?: number): Promise<ScenePatch>;
}

/**
 * All patches of the named scenes on a regular grid, scene by scene, row by row. Only the list of scenes is kept:
 * a data set larger than memory costs `cacheBytes` and no more.
 *
 * @throws DatasetError for an unknown scene, for scenes too small for one patch, for sizes below 1
 */
export function scenePatches(
  source: SceneSource,
  sceneIds: readonly string[],
  options: ScenePatchesOptions,
): ScenePatches {
  checkPatchGrid(options);
  const { augment = 'none', photo, seed = 0, size } = options;
  const cache = new SceneCache(source, options.cacheBytes);
  const regionsOfSize = new Map<string, Region[]>();
  const firstIndex: number[] = [];
  let length = 0;
  for (const id of sceneIds) {
    const { height, width } = findScene(source, id);
    const count = patchCount(height, width, options);
    if (count === 0) {
      throw new DatasetError(
        `scenePatches: scene '${id}' of ${source.name} has ${height} x ${width} pixels, too few for a patch of ${size} x ${size}; take a smaller patch`,
      );
    }
    firstIndex.push(length);
    length += count;
  }
  const placeOf = (index: number) => {
    if (!Number.isInteger(index) || index < 0 || index >= length) {
      throw new RangeError(
        `scenePatches: patch ${index} does not exist, there are ${length} (0 to ${length - 1})`,
      );
    }
    let low = 0;
    let high = firstIndex.length;
    while (high - low > 1) {
      const middle = (low + high) >> 1;
      if (firstIndex[middle]! <= index) low = middle;
      else high = middle;
    }
    const sceneId = sceneIds[low]!;
    const { height, width } = findScene(source, sceneId);
    const key = `${height}x${width}`;
    let regions = regionsOfSize.get(key);
    if (regions === undefined) regionsOfSize.set(key, (regions = patchRegions(height, width, options)));
    return { sceneId, region: regions[index - firstIndex[low]!]! };
  };
  const bands = source.wavelengths.length;
  return {
    length,
    bands,
    cache,
    placeOf,
    async patchAt(index, draw = index) {
      const { sceneId, region } = placeOf(index);
      let { rgb, cube } = await cache.withRegion(sceneId, region, (part, offset) => {
        const inside = { ...offset, height: size, width: size };
        return {
          rgb: cropImage(part.rgb, part.width, 3, inside),
          cube: cropImage(part.cube, part.width, bands, inside),
        };
      });
      if (photo !== undefined) {
        ({ rgb, cube } = await photo(cube, size, source.wavelengths, deriveSeed(seed, 'photo', draw)));
      }
      if (augment === 'rotate-flip') {
        const symmetry = drawSymmetry(createRandom(deriveSeed(seed, 'augment', draw)));
        rgb = applySymmetry(rgb, size, 3, symmetry);
        cube = applySymmetry(cube, size, bands, symmetry);
      }
      return { sceneId, region, rgb, cube, height: size, width: size };
    },
  };
}
