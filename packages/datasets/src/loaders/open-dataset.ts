import { basename, join } from 'node:path';
import { DatasetError, unknownNameMessage } from '../dataset-error.js';
import type { SceneSource } from '../scene.js';
import { caveScenes } from './cave.js';
import { findCaveScenes } from './cave-files.js';
import { aradScenes, findAradFiles, type AradFormat } from './arad.js';
import { ntire2020Format, type Ntire2020Options } from './ntire2020.js';
import { ntire2022Format } from './ntire2022.js';
import { findPlainFiles, plainFolderScenesOf, type PlainFolderOptions } from './plain-folder.js';
import { findHarvardFiles, harvardScenesOf, type HarvardOptions } from './harvard.js';
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

/** A data set in a folder, whose files were found but not looked into. */
export interface FoundDataset {
  /** Names of the scenes, sorted. */
  readonly ids: readonly string[];
  open(options: OpenDatasetOptions): Promise<SceneSource>;
}

type Finder = (root: string, options: OpenDatasetOptions) => Promise<FoundDataset>;

const sorted = (names: Iterable<string>): string[] => [...names].sort();

const arad =
  (formatOf: (options: OpenDatasetOptions) => AradFormat): Finder =>
  async (root, first) => {
    const files = await findAradFiles(root, formatOf(first));
    return {
      ids: sorted(files.cubes.keys()),
      open: (options) => aradScenes(root, formatOf(first), options, files),
    };
  };

const finders: Readonly<Record<DatasetName, Finder>> = {
  cave: async (root) => ({
    ids: sorted((await findCaveScenes(root)).map(({ id }) => id)),
    open: (options) => caveScenes(root, options),
  }),
  harvard: async (root) => {
    const files = await findHarvardFiles(root);
    return { ids: sorted(files.keys()), open: (options) => harvardScenesOf(files, root, options) };
  },
  ntire2020: arad(({ track }) => ntire2020Format(track)),
  ntire2022: arad(() => ntire2022Format),
  folder: async (root) => {
    const files = await findPlainFiles(root);
    return { ids: sorted(files.keys()), open: (options) => plainFolderScenesOf(files, root, options) };
  },
};

/** Finds the files of a data set by name, or of what the folder looks like where `dataset` is 'auto'. */
export async function findDataset(
  dataset: DatasetName | 'auto',
  root: string,
  options: OpenDatasetOptions = {},
): Promise<FoundDataset> {
  const name = dataset === 'auto' ? await recogniseDataset(root) : dataset;
  if (!Object.hasOwn(finders, name)) {
    throw new DatasetError(`openDataset: ${unknownNameMessage('data set', name, datasetNames)}`);
  }
  return finders[name](root, options);
}

/** Opens a data set by name, or by what the folder looks like where `dataset` is 'auto'. */
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
