import { resolve } from 'node:path';
import { openDataset } from '../loaders/open-dataset.js';
import type { SceneSource } from '../scene.js';
import { cacheOnDisk } from './cache-on-disk.js';
import { makeRecipe } from './named-recipe.js';
import type { DatasetSpec } from './reading-protocol.js';

/** Opens a data set that is described by plain data: loader, options, recipe, cache on disk. */
export async function openDatasetSpec(spec: DatasetSpec): Promise<SceneSource> {
  const { dataset, root, options, recipe, cacheFolder } = spec;
  const source = await openDataset(dataset, root, {
    ...options,
    ...(recipe === undefined ? {} : { recipe: makeRecipe(recipe) }),
  });
  if (cacheFolder === undefined) return source;
  // Which scenes are asked for changes none of them, so experiments with other splits share the folder.
  const identity = JSON.stringify([
    source.name,
    resolve(root),
    { ...options, scenes: undefined },
    recipe ?? null,
  ]);
  return cacheOnDisk(source, cacheFolder, { identity });
}
