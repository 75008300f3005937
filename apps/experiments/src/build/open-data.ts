import {
  checkSplit,
  ntire2020Clean,
  patchBatches,
  scenePatches,
  syntheticScenes,
  type RgbRecipe,
  type Scene,
  type SceneSource,
  type Split,
} from '@prismamba/datasets';
import { openDataset, readSplit } from '@prismamba/datasets/node';
import type { BatchSource } from '@prismamba/trainer';
import type { ExperimentConfig } from '../config/experiment-schema.js';
import type { LoadedExperiment } from '../config/load-experiment.js';

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

const recipes: Readonly<Record<ExperimentConfig['data']['rgb'], () => RgbRecipe>> = {
  'ntire2020-clean': () => ntire2020Clean(),
};

/** Opens the data of an experiment; a scene in both parts of the split is an error, whatever named it. */
export async function openData(experiment: LoadedExperiment): Promise<ExperimentData> {
  const { config } = experiment;
  const recipe = recipes[config.data.rgb]();
  const { source, split } = await openSource(experiment, recipe);
  checkSplit(
    split,
    source.scenes.map(({ id }) => id),
  );
  const { patches, training, seed } = config;
  const batches = patchBatches(
    scenePatches(source, split.train, { ...patches, seed, cacheBytes: config.data.cache_gigabytes * 1e9 }),
    { batchSize: training.batch_size, seed },
  );
  return {
    description: source.description,
    synthetic: source.synthetic,
    notes: [...new Set([...source.notes, ...split.notes])],
    split,
    recipe,
    batches,
    load: (id) => source.load(id),
    close: async () => source.close?.(),
  };
}

async function openSource(
  experiment: LoadedExperiment,
  recipe: RgbRecipe,
): Promise<{ readonly source: SceneSource; readonly split: Split }> {
  const { data } = experiment.config;
  if (data.source === 'synthetic') {
    if (data.split !== undefined) {
      throw experiment.error(
        ['data', 'split'],
        'synthetic scenes bring their own split; a split file needs --data DIR',
      );
    }
    const source = syntheticScenes({ ...data.synthetic, recipe });
    return { source, split: source.split };
  }
  const folder = data.folder ?? process.env['PRISMAMBA_DATA'];
  if (folder === undefined) {
    throw experiment.error(
      ['data', 'folder'],
      `where is the data set '${data.source}'? Name its folder: --data DIR`,
    );
  }
  if (data.split === undefined) {
    throw experiment.error(
      ['data', 'split'],
      'which scenes are for training, which for test? Name a JSON file: --split FILE',
    );
  }
  const split = await readSplit(data.split);
  // Scenes that the split does not name are not looked at.
  // Scenes that the split does not name are not looked at.
  const scenes = [...split.train, ...split.test];
  const source = await openDataset(data.source, folder, { recipe, scenes, seed: experiment.config.seed });
  return { source, split };
}
