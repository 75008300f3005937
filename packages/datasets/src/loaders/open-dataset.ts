import { basename, join } from 'node:path';
import { DatasetError, unknownNameMessage } from '../dataset-error.js';
import type { SceneSource } from '../scene.js';
import { caveScenes } from './cave.js';
import { findCaveScenes } from './cave-files.js';
import { findAradFiles } from './arad.js';
import { findHarvardFiles, harvardScenes } from './harvard.js';
import { ntire2020Format, ntire2020Scenes, type Ntire2020Options } from './ntire2020.js';
import { ntire2022Format, ntire2022Scenes } from './ntire2022.js';
import { findPlainFiles, plainFolderScenes, type PlainFolderOptions } from './plain-folder.js';
import type { HarvardOptions } from './harvard.js';
import { walkFiles } from './walk-files.js';
import { listFolder } from './folder-listing.js';

/** Names of the data sets on disk that this package reads. */
export const datasetNames = ['cave', 'harvard', 'ntire2020', 'ntire2022', 'folder'] as const;

export type DatasetName = (typeof datasetNames)[number];

/** Options of {@link openDataset}: those of the data set's own loader; the others are ignored. */
export interface OpenDatasetOptions
  extends
    Omit<PlainFolderOptions, 'scenes'>,
    Omit<Ntire2020Options, 'scenes'>,
    Omit<HarvardOptions, 'scenes'> {
  readonly scenes?: readonly string[];
}

interface DatasetLoader {
  open(root: string, options: OpenDatasetOptions): Promise<SceneSource>;
  /** Names of the scenes there, without looking into their files. */
  list(root: string): Promise<string[]>;
}

const loaders: Readonly<Record<DatasetName, DatasetLoader>> = {
  cave: {
    open: caveScenes,
    list: async (root) => (await findCaveScenes(root)).map(({ id }) => id),
  },
  harvard: { open: harvardScenes, list: async (root) => [...(await findHarvardFiles(root)).keys()] },
  ntire2020: {
    open: ntire2020Scenes,
    list: async (root) => [...(await findAradFiles(root, ntire2020Format())).cubes.keys()],
  },
  ntire2022: {
    open: ntire2022Scenes,
    list: async (root) => [...(await findAradFiles(root, ntire2022Format)).cubes.keys()],
  },
  folder: { open: plainFolderScenes, list: async (root) => [...(await findPlainFiles(root)).keys()] },
};

function loaderOf(dataset: string): DatasetLoader {
  const loader = (loaders as Partial<Record<string, DatasetLoader>>)[dataset];
  if (loader === undefined) {
    throw new DatasetError(`openDataset: ${unknownNameMessage('data set', dataset, datasetNames)}`);
  }
  return loader;
}

/** Opens a data set by name, or by what the folder looks like where `dataset` is 'auto'. */
export async function openDataset(
  dataset: DatasetName | 'auto',
  root: string,
  options: OpenDatasetOptions = {},
): Promise<SceneSource> {
  return loaderOf(dataset === 'auto' ? await recogniseDataset(root) : dataset).open(root, options);
}

/** Names of the scenes in a folder, sorted, without looking into their files. */
export async function listScenes(dataset: DatasetName, root: string): Promise<string[]> {
  return (await loaderOf(dataset).list(root)).sort();
}

/**
 * Which data set a folder holds, by the names of its files.
 *
 * @throws DatasetError where nothing is known there, or two of the named data sets are
 */
export async function recogniseDataset(root: string): Promise<DatasetName> {
  const { folders } = await listFolder(root, 'data set');
  const found = new Set<DatasetName>();
  if (folders.some((name) => name.endsWith('_ms'))) found.add('cave');
  const names = (await walkFiles(root, 'data set')).map((path) => basename(path));
  if (names.some((name) => ntire2020Format().cubeFile.test(name))) found.add('ntire2020');
  if (names.some((name) => ntire2022Format.cubeFile.test(name))) found.add('ntire2022');
  if (names.some((name) => /^img.*\.mat$/i.test(name))) found.add('harvard');
  const [one, other] = found;
  if (other !== undefined) {
    throw new DatasetError(
      `'${root}' holds several data sets (${[...found].join(', ')}); name the folder of one of them`,
    );
  }
  if (one !== undefined) return one;
  if ((await findPlainFiles(root)).size > 0) return 'folder';
  // The archive of CAVE is often unpacked into a folder of its own.
  for (const name of folders) {
    const inner = join(root, name);
    if ((await listFolder(inner, 'data set')).folders.some((one) => one.endsWith('_ms'))) {
      throw new DatasetError(
        `'${root}' holds no data set itself; did you mean '${inner}', which holds CAVE scenes?`,
      );
    }
  }
  throw new DatasetError(
    `'${root}' holds no data set that is known here: NAME_ms folders (cave), img*.mat (harvard), ARAD_HS_*.mat (ntire2020), ARAD_1K_*.mat (ntire2022), or cubes as .npy, .npz, .mat, .h5, .hdr`,
  );
}
