import { existsSync } from 'node:fs';
import { resolve } from 'node:path';
import {
  checkSplit,
  DatasetError,
  publishedSplit,
  publishedSplits,
  quickCheck,
  patchBatches,
  scenePatches,
  syntheticScenes,
  type RgbRecipe,
  type Scene,
  type SceneSource,
  type Split,
} from '@prismamba/datasets';
import {
  canReadInWorker,
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
import type { BatchSource } from '@prismamba/trainer';
import type { ExperimentConfig } from '../config/experiment-schema.js';
import { fileOptions } from '../config/file-options.js';
import type { LoadedExperiment } from '../config/load-experiment.js';
import { openRecipe, snakeCase, type OpenedRecipe } from './open-recipe.js';
import { exposedSource } from './exposed-source.js';
import { openExposure, openPhoto } from './open-photo.js';
import { withValidation } from './validation-split.js';

/** Scenes, split and batches of an experiment. */
export interface ExperimentData {
  /** What a report says about the data; names it as synthetic where it is. */
  readonly description: string;
  readonly synthetic: boolean;
  readonly notes: readonly string[];
  readonly split: Split;
  readonly recipe: RgbRecipe;
  readonly batches: BatchSource;
  load(id: string): Promise<Scene>;
  close(): Promise<void>;
}

/** Opens the data of an experiment; a scene in both parts of the split is an error, whatever named it. */
export async function openData(experiment: LoadedExperiment): Promise<ExperimentData> {
  const { config } = experiment;
  const opened = openRecipe(experiment);
  const { recipe } = opened;
  const { source: plain, split: named } = await openSource(experiment, opened);
  const source = exposedSource(plain, config.data.recipe.exposure_factor ?? 1);
  const split = withValidation(named, experiment);
  checkSplit(
    split,
    source.scenes.map(({ id }) => id),
  );
  const odd = source.synthetic || config.data.check === 'none' ? [] : await look(experiment, source, split);
  const { training, seed } = config;
  const { size, stride, augment } = config.patches;
  const photo = openExposure(experiment, recipe) ?? openPhoto(experiment);
  const batches = patchBatches(
    scenePatches(source, split.train, {
      size,
      stride,
      augment,
      ...(photo === undefined ? {} : { photo }),
      seed,
      cacheBytes: config.data.cache.memory.bytes,
    }),
    { batchSize: training.batch_size, seed },
  );
  return {
    description: source.description,
    synthetic: source.synthetic,
    notes: [...new Set([...source.notes, ...split.notes, ...odd])],
    split,
    recipe,
    batches,
    load: (id) => source.load(id),
    close: async () => source.close?.(),
  };
}

/** Looks into some scenes before hours are spent on them; what cannot be used ends the run, what is odd becomes notes. */
async function look(
  experiment: LoadedExperiment,
  source: SceneSource,
  { train, test }: Split,
): Promise<readonly string[]> {
  try {
    return await quickCheck(source, [...train, ...test]);
  } catch (error) {
    await source.close?.();
    if (!(error instanceof DatasetError)) throw error;
    throw experiment.error(
      ['data', 'check'],
      `${error.message}. 'prismamba data check' reads every file; 'check: none' goes on without looking`,
    );
  }
}

async function openSource(
  experiment: LoadedExperiment,
  { recipe, named }: OpenedRecipe,
): Promise<{ readonly source: SceneSource; readonly split: Split }> {
  const { data } = experiment.config;
  if (data.source === 'synthetic') {
    if (named === undefined) throw experiment.error(['data', 'rgb'], 'synthetic scenes have no RGB files');
    if (data.split !== undefined) {
      throw experiment.error(
        ['data', 'split'],
        'synthetic scenes bring their own split; a split file needs --data DIR',
      );
    }
    if (data.cache.disk !== undefined) {
      throw experiment.error(['data', 'cache', 'disk'], 'synthetic scenes are made on the fly, not read');
    }
    const source = syntheticScenes({ ...data.synthetic, recipe, jpeg: jpegRoundTrip });
    return { source, split: source.split };
  }
  const folder = data.folder ?? process.env['PRISMAMBA_DATA'];
  if (folder === undefined) {
    throw experiment.error(
      ['data', 'folder'],
      `where is the data set '${data.source}'? Name its folder: --data DIR`,
    );
  }
  if (!existsSync(folder)) {
    throw experiment.error(['data', 'folder'], `the folder '${resolve(folder)}' does not exist`);
  }
  if (data.split === undefined) {
    throw experiment.error(
      ['data', 'split'],
      'which scenes are for training, which for test? Name a JSON file: --split FILE',
    );
  }
  const dataset = data.source === 'auto' ? await recogniseDataset(folder) : data.source;
  checkFiles(experiment, dataset, named === undefined);
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
  // Files are read and decoded beside the training steps; from the TypeScript sources (tests) there is no worker file.
  const source = await (canReadInWorker() ? scenesInWorker(spec) : openDatasetSpec(spec));
  return { source, split };
}

/** A setting that the data set has no use for is an error with its place, not a wrong belief about the numbers. */
function checkFiles(experiment: LoadedExperiment, dataset: DatasetName, rgbFiles: boolean): void {
  const { hasRgb, options } = datasetDefinition(dataset);
  if (rgbFiles && !hasRgb) {
    throw experiment.error(
      ['data', 'rgb'],
      `the data set '${dataset}' has no RGB images that fit its cubes; name a recipe`,
    );
  }
  const { files } = experiment.config.data;
  for (const [key, value] of Object.entries(files)) {
    const [option] = Object.keys(fileOptions({ [key]: value }));
    if (option === undefined || (options as readonly string[]).includes(option)) continue;
    const takes = options.length === 0 ? 'none' : options.map(snakeCase).join(', ');
    throw experiment.error(
      ['data', 'files', key],
      `the data set '${dataset}' does not take it; it takes ${takes}`,
    );
  }
}

/** The keys of `data.files` as options of the loaders. */
function readingOptions({ rgb, files }: ExperimentConfig['data']): NonNullable<DatasetSpec['options']> {
  return { ...fileOptions(files), rgbFiles: rgb === 'files' };
}

/** A published split by name (its doubts become notes), or a JSON file. */
async function openSplit(text: string, dataset: DatasetName, folder: string): Promise<Split> {
  if (!Object.hasOwn(publishedSplits, text)) return readSplit(text);
  return publishedSplit(text, await listScenes(dataset, folder));
}
