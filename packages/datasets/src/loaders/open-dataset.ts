import { basename, join } from 'node:path';
import { DatasetError, unknownNameMessage } from '../dataset-error.js';
import type { SceneSource } from '../scene.js';
import type { DatasetDefinition, FolderNames, FoundDataset } from './dataset-definition.js';
import { listFolder } from './folder-listing.js';
import { datasetDefinitions, datasetNames, type DatasetName, type OpenDatasetOptions } from './registry.js';
import { walkFiles } from './walk-files.js';

type Definition = DatasetDefinition<DatasetName, OpenDatasetOptions>;
const definitions: readonly Definition[] = datasetDefinitions;

/** What is known of a data set before its files are: title, options that it takes, whether it can have RGB images. */
export function datasetDefinition(name: DatasetName): Definition {
  const definition = definitions.find((one) => one.name === name);
  if (definition === undefined) {
    throw new DatasetError(`openDataset: ${unknownNameMessage('data set', name, datasetNames)}`);
  }
  return definition;
}

/** Finds the files of a data set by name, or of what the folder looks like where `dataset` is 'auto'. */
export async function findDataset(
  dataset: DatasetName | 'auto',
  root: string,
  options: OpenDatasetOptions = {},
): Promise<FoundDataset<OpenDatasetOptions>> {
  const definition = datasetDefinition(dataset === 'auto' ? await recogniseDataset(root) : dataset);
  checkOptions(definition, options);
  return definition.find(root, options);
}

/**
 * Opens a data set by name, or by what the folder looks like where `dataset` is 'auto'.
 *
 * @throws DatasetError for an option that the data set does not take, and what its loader refuses
 */
export async function openDataset(
  dataset: DatasetName | 'auto',
  root: string,
  options: OpenDatasetOptions = {},
): Promise<SceneSource> {
  return (await findDataset(dataset, root, options)).open(options);
}

/** Names of the scenes in a folder, sorted, without looking into their files. */
export async function listScenes(dataset: DatasetName, root: string): Promise<readonly string[]> {
  return (await findDataset(dataset, root)).ids;
}

const commonOptions: readonly string[] = ['scenes', 'recipe', 'seed', 'jpeg', 'rgbFiles'];

/** An option without effect would be a wrong belief about the numbers: it is refused. */
function checkOptions({ name, options, hasRgb }: Definition, given: OpenDatasetOptions): void {
  const known = [...commonOptions, ...options];
  for (const [key, value] of Object.entries(given)) {
    if (value === undefined || known.includes(key)) continue;
    throw new DatasetError(
      `openDataset: the data set '${name}' takes no option '${key}'; it takes ${known.join(', ')}`,
    );
  }
  if (given.rgbFiles === true && !hasRgb) {
    throw new DatasetError(
      `openDataset: the data set '${name}' has no RGB images that fit its cubes; name a recipe`,
    );
  }
}

/**
 * Which data set a folder holds, by the names of its files.
 *
 * @throws DatasetError where nothing is known there, or two of the named data sets are
 */
export async function recogniseDataset(root: string): Promise<DatasetName> {
  const { folders } = await listFolder(root, 'data set');
  const names = { folders, files: (await walkFiles(root, 'data set')).map((path) => basename(path)) };
  const [one, ...others] = recognisedIn(names);
  if (others.length > 0) {
    throw new DatasetError(
      `'${root}' holds several data sets (${[one, ...others].map((found) => found!.name).join(', ')}); name the folder of one of them`,
    );
  }
  if (one !== undefined) return one.name;
  const general = definitions.find((each) => each.general === true && each.recognise(names));
  if (general !== undefined) return general.name;
  // An archive is often unpacked into a folder of its own.
  for (const folder of folders) {
    const inner = join(root, folder);
    const [there] = recognisedIn({ folders: (await listFolder(inner, 'data set')).folders, files: [] });
    if (there !== undefined) {
      throw new DatasetError(
        `'${root}' holds no data set itself; did you mean '${inner}', which holds ${there.title} scenes?`,
      );
    }
  }
  const known = definitions.map((each) => `${each.looksLike} (${each.name})`).join(', ');
  throw new DatasetError(`'${root}' holds no data set that is known here: ${known}`);
}

function recognisedIn(names: FolderNames): readonly Definition[] {
  return definitions.filter((each) => each.general !== true && each.recognise(names));
}
