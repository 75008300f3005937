import {
  checkSplit,
  combineSources,
  DatasetError,
  patchBatches,
  quickCheck,
  scenePatches,
  type RgbRecipe,
  type Scene,
  type SceneSource,
  type SourcePart,
  type Split,
} from '@prismamba/datasets';
import { openPhotoSpec, photoInWorker, type PhotoThread } from '@prismamba/datasets/node';
import type { BatchSource } from '@prismamba/trainer';
import type { LoadedExperiment } from '../config/load-experiment.js';
import { exposedSource } from './exposed-source.js';
import { onThread } from './on-thread.js';
import { openRecipe, type OpenedRecipe } from './open-recipe.js';
import { openSource } from './open-source.js';
import { exposureSpec, photoSpec } from './photo-spec.js';
import { withValidation } from './validation-split.js';

/** Scenes, split and batches of an experiment. */
export interface ExperimentData {
  /** What a report says about the data; names it as synthetic where it is. */
  readonly description: string;
  readonly synthetic: boolean;
  readonly notes: readonly string[];
  /** nm of every scene. */
  readonly wavelengths: readonly number[];
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
  const { source: plain, split: named, validationPool } = await openScenes(experiment, opened);
  const source = exposedSource(plain, config.data.recipe.exposure_factor ?? 1);
  const close: (() => Promise<void>)[] = [async () => source.close?.()];
  const closeAll = async () => {
    for (const one of close) await one();
  };
  try {
    const split = withValidation(named, experiment, validationPool);
    checkSplit(
      split,
      source.scenes.map(({ id }) => id),
    );
    if (split.test.length === 0) {
      throw experiment.error(
        ['data', source.synthetic ? 'synthetic' : 'split'],
        `the split '${split.name}' has no test scene; name at least one, the scores are of them`,
      );
    }
    const odd = source.synthetic || config.data.check === 'none' ? [] : await look(experiment, source, split);
    const photo = await openPhoto(experiment, opened);
    if (photo !== undefined) close.push(photo.close);
    const { training, seed } = config;
    const { size, stride, augment } = config.patches;
    const batches = patchBatches(
      scenePatches(source, split.train, {
        size,
        stride,
        augment,
        ...(photo === undefined ? {} : { photo: photo.photo }),
        seed,
        cacheBytes: config.data.cache.memory.bytes,
      }),
      { batchSize: training.batch_size, seed },
    );
    return {
      description: source.description,
      synthetic: source.synthetic,
      notes: [...new Set([...source.notes, ...split.notes, ...odd, ...(photo?.notes ?? [])])],
      wavelengths: source.wavelengths,
      split,
      recipe: opened.recipe,
      batches,
      load: (id) => source.load(id),
      close: closeAll,
    };
  } catch (error) {
    await closeAll();
    throw error;
  }
}

/** What forms the photos of patches beside the training steps; undefined where the experiment has no such augmentation. */
async function openPhoto(experiment: LoadedExperiment, { named }: OpenedRecipe) {
  const spec = exposureSpec(experiment, named) ?? photoSpec(experiment);
  if (spec === undefined) return undefined;
  const { opened, notes } = await onThread<PhotoThread>(
    'photos of patches are formed',
    () => photoInWorker(spec),
    () => ({ photo: openPhotoSpec(spec), close: () => Promise.resolve() }),
  );
  return { ...opened, notes };
}

interface OpenedScenes {
  readonly source: SceneSource;
  readonly split: Split;
  /** Training scenes from which those for validation are drawn; all unless stated. */
  readonly validationPool?: readonly string[];
}

/** The scenes of an experiment: one data set, or the training scenes of several beside the test scenes of the first. */
async function openScenes(experiment: LoadedExperiment, opened: OpenedRecipe): Promise<OpenedScenes> {
  const { data } = experiment.config;
  const main = await openSource(experiment, opened, data, ['data']);
  const list = data.train_on;
  if (list === undefined) return main;
  const trainsOnOwn = list.includes('own');
  if (list.filter((entry) => entry === 'own').length > 1) {
    throw experiment.error(['data', 'train_on'], `'own' stands in the list twice`);
  }
  const parts: SourcePart[] = [
    { source: main.source, ids: main.source.scenes.map(({ id }) => id), prefix: '' },
  ];
  const train: string[] = [];
  const notes = [...main.split.notes];
  try {
    for (const [i, entry] of list.entries()) {
      if (entry === 'own') {
        train.push(...main.split.train);
        continue;
      }
      const path = ['data', 'train_on', i];
      const { rgb, cache } = data;
      const { source, split } = await openSource(experiment, opened, { ...entry, rgb, cache }, path);
      const prefix = parts.some((part) => part.prefix === source.name)
        ? `${source.name}-${i + 1}`
        : source.name;
      parts.push({ source, ids: split.train, prefix });
      train.push(...split.train.map((id) => `${prefix}/${id}`));
      notes.push(`trained on ${split.train.length} scenes of: ${source.description}`, ...split.notes);
    }
    const source = combineSources(parts);
    if (!trainsOnOwn) notes.push(`no scene of the tested data set (${main.source.name}) is trained on`);
    const { validation, test, name } = main.split;
    return {
      source: { ...source, description: `${main.source.description}; training scenes: ${describe(list)}` },
      // Choosing on scenes of a data set is learning from it.
      split: { name, train, test, notes, ...(trainsOnOwn && validation !== undefined ? { validation } : {}) },
      ...(trainsOnOwn ? { validationPool: main.split.train } : {}),
    };
  } catch (error) {
    for (const { source } of parts) await source.close?.();
    throw error;
  }
}

const describe = (list: NonNullable<LoadedExperiment['config']['data']['train_on']>) =>
  list.map((entry) => (entry === 'own' ? 'its own' : entry.source)).join(', ');

/** Looks into some scenes before hours are spent on them; what cannot be used ends the run, what is odd becomes notes. */
async function look(
  experiment: LoadedExperiment,
  source: SceneSource,
  { train, validation = [], test }: Split,
): Promise<readonly string[]> {
  try {
    return await quickCheck(source, [...train, ...validation, ...test]);
  } catch (error) {
    if (!(error instanceof DatasetError)) throw error;
    throw experiment.error(
      ['data', 'check'],
      `${error.message}. 'prismamba data check' reads every file; 'check: none' goes on without looking`,
    );
  }
}
