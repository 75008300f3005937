import { existsSync } from 'node:fs';
import { resolve } from 'node:path';
import {
  publishedSplit,
  publishedSplits,
  syntheticScenes,
  type SceneSource,
  type Split,
} from '@prismamba/datasets';
import {
  datasetDefinition,
  jpegRoundTrip,
  listScenes,
  openDatasetSpec,
  readSplit,
  recogniseDataset,
  scenesInWorker,
  type DatasetName,
  type DatasetSpec,
} from '@prismamba/datasets/node';
import type { ExperimentConfig } from '../config/experiment-schema.js';
import { fileOptions } from '../config/file-options.js';
import type { LoadedExperiment } from '../config/load-experiment.js';
import { onThread } from './on-thread.js';
import { snakeCase, type OpenedRecipe } from './open-recipe.js';

/** Which scenes: `data` of an experiment, or an entry of `data.train_on`. */
export type SceneSettings = Pick<
  ExperimentConfig['data'],
  'source' | 'folder' | 'split' | 'rgb' | 'files' | 'cache' | 'synthetic'
>;

/** Opens one data set with its split; errors name the place in the file, below `path`. */
export async function openSource(
  experiment: LoadedExperiment,
  { recipe, named }: OpenedRecipe,
  data: SceneSettings,
  path: readonly PropertyKey[],
): Promise<{ readonly source: SceneSource; readonly split: Split }> {
  const isMain = path.length === 1;
  if (data.source === 'synthetic') {
    if (named === undefined) throw experiment.error([...path, 'rgb'], 'synthetic scenes have no RGB files');
    if (data.split !== undefined) {
      throw experiment.error(
        [...path, 'split'],
        'synthetic scenes bring their own split; a split file needs --data DIR',
      );
    }
    if (data.cache.disk !== undefined) {
      throw experiment.error(['data', 'cache', 'disk'], 'synthetic scenes are made on the fly, not read');
    }
    const source = syntheticScenes({ ...data.synthetic, recipe, jpeg: jpegRoundTrip });
    return { source, split: source.split };
  }
  // The variable names the data set of the test scenes; a further one is always named in the file.
  const folder = data.folder ?? (isMain ? process.env['PRISMAMBA_DATA'] : undefined);
  if (folder === undefined) {
    const how = isMain ? '--data DIR' : 'folder: DIR';
    throw experiment.error(
      [...path, 'folder'],
      `where is the data set '${data.source}'? Name its folder: ${how}`,
    );
  }
  if (!existsSync(folder)) {
    throw experiment.error([...path, 'folder'], `the folder '${resolve(folder)}' does not exist`);
  }
  if (data.split === undefined) {
    const how = isMain ? '--split FILE' : 'split: FILE';
    throw experiment.error(
      [...path, 'split'],
      `which scenes are for training, which for test? Name a JSON file: ${how}`,
    );
  }
  const dataset = data.source === 'auto' ? await recogniseDataset(folder) : data.source;
  checkFiles(experiment, dataset, named === undefined, data, path);
  const split = await openSplit(data.split, dataset, folder);
  const spec: DatasetSpec = {
    dataset,
    root: folder,
    options: {
      ...readingOptions(data),
      // Scenes that the split does not name are not looked at.
      scenes: [...split.train, ...(split.validation ?? []), ...split.test],
      seed: experiment.config.seed,
    },
    ...(named === undefined ? {} : { recipe: named }),
    ...(data.cache.disk === undefined ? {} : { cacheFolder: data.cache.disk }),
  };
  // Files are read and decoded beside the training steps.
  const { opened, notes } = await onThread(
    'scenes are read',
    () => scenesInWorker(spec),
    () => openDatasetSpec(spec),
  );
  return { source: { ...opened, notes: [...opened.notes, ...notes] }, split };
}

/** A setting that the data set has no use for is an error with its place, not a wrong belief about the numbers. */
function checkFiles(
  experiment: LoadedExperiment,
  dataset: DatasetName,
  rgbFiles: boolean,
  { files }: SceneSettings,
  path: readonly PropertyKey[],
): void {
  const { hasRgb, options } = datasetDefinition(dataset);
  if (rgbFiles && !hasRgb) {
    throw experiment.error(
      [...path, 'rgb'],
      `the data set '${dataset}' has no RGB images that fit its cubes; name a recipe`,
    );
  }
  for (const [key, value] of Object.entries(files)) {
    const [option] = Object.keys(fileOptions({ [key]: value }));
    if (option === undefined || (options as readonly string[]).includes(option)) continue;
    const takes = options.length === 0 ? 'none' : options.map(snakeCase).join(', ');
    throw experiment.error(
      [...path, 'files', key],
      `the data set '${dataset}' does not take it; it takes ${takes}`,
    );
  }
}

/** The keys of `data.files` as options of the loaders. */
function readingOptions({ rgb, files }: SceneSettings): NonNullable<DatasetSpec['options']> {
  return { ...fileOptions(files), rgbFiles: rgb === 'files' };
}

/** A published split by name (its doubts become notes), or a JSON file. */
async function openSplit(text: string, dataset: DatasetName, folder: string): Promise<Split> {
  if (!Object.hasOwn(publishedSplits, text)) return readSplit(text);
  return publishedSplit(text, await listScenes(dataset, folder));
}
