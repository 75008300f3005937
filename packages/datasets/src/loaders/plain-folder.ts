import { existsSync } from 'node:fs';
import { extname, relative, sep } from 'node:path';
import { DatasetError } from '../dataset-error.js';
import { isPointwise } from '../rgb-formation/rgb-step.js';
import {
  checkRegion,
  cropImage,
  cropScene,
  findScene,
  type Region,
  type Scene,
  type SceneSource,
} from '../scene.js';
import { resampleCube, sameWavelengths } from '../spectra/resample.js';
import { standardWavelengths, type OutsideRule } from '../spectra/spectral-table.js';
import { readRgbFile } from './image-file.js';
import {
  describeCube,
  named,
  opened,
  readPartOf,
  type CubeEntry,
  type CubeFileOptions,
} from './cube-file.js';
import { cubeEndings } from './open-cube.js';
import { checkSameSize, chooseScenes, defineDataset, type DatasetOptions } from './dataset-definition.js';
import { recipeOf, sceneRgb } from './rgb-options.js';
import { addOnce, walkFiles } from './walk-files.js';

/** Options of a plain folder. `rgbFiles` takes the RGB image NAME.png, .jpg or .jpeg beside each cube. */
export interface PlainFolderOptions extends DatasetOptions, CubeFileOptions {
  /**
   * nm of the scenes, to which other cubes are resampled, or `standard` (default): 400, 410, ..., 700. `none` keeps the bands of
   * the files, which must then be the same in all.
   */
  readonly resampleTo?: 'standard' | 'none' | readonly number[];
  /** What a band beyond a file's range is worth: an error (default), its nearest band, or 0. */
  readonly outside?: OutsideRule;
}

/** Paths of the cube files by scene name (path below the folder, without its ending). */
async function findPlainFiles(root: string): Promise<ReadonlyMap<string, string>> {
  const files = new Map<string, string>();
  for (const path of await walkFiles(root, 'folder')) {
    if (!cubeEndings.includes(extname(path).toLowerCase())) continue;
    addOnce(files, stem(relative(root, path)).split(sep).join('/'), path, 'folder');
  }
  return files;
}

/** How errors name a scene. */
const nameOf = (id: string) => `folder: scene '${id}'`;

const stem = (path: string) => path.slice(0, path.length - extname(path).length);

/**
 * Everyone else's cubes: each .npy, .npz, .mat, .h5 or ENVI (.hdr) file below a folder is a scene. Cubes with other
 * wavelengths than wanted are resampled linearly. From .npy, ENVI, HDF5 and v7.3 files a region is read alone.
 *
 * @throws DatasetError naming scene and file: no or several cubes in a file, unknown axis order or wavelengths, bands
 * outside the measured range
 */
async function plainFolderScenes(
  files: ReadonlyMap<string, string>,
  root: string,
  options: PlainFolderOptions,
): Promise<SceneSource> {
  const name = 'folder';
  const { outside = 'error', rgbFiles = false } = options;
  if (files.size === 0) {
    throw new DatasetError(`folder: no cube (${cubeEndings.join(', ')}) below '${root}'`);
  }
  const wanted = chooseScenes(name, files.keys(), options.scenes);
  const entries = new Map<string, CubeEntry>();
  for (const id of wanted) entries.set(id, await describeCube(nameOf(id), files.get(id)!, options));
  const wavelengths = sceneWavelengths(entries, options.resampleTo);
  const bands = wavelengths.length;
  const scenes = wanted.map((id) => {
    const { height, width, scale } = entries.get(id)!;
    return { id, height, width, bands, scale };
  });

  const readPart = async (id: string, region: Region): Promise<{ cube: Float32Array; mask?: Uint8Array }> => {
    const entry = entries.get(id)!;
    const { cube, mask } = await opened(nameOf(id), entry.path, options, (file) =>
      readPartOf(file, entry, region),
    );
    const masked = mask === undefined ? {} : { mask };
    if (sameWavelengths(entry.wavelengths, wavelengths)) return { cube, ...masked };
    try {
      return { cube: resampleCube(cube, entry.wavelengths, wavelengths, outside), ...masked };
    } catch (cause) {
      const why = cause instanceof Error ? cause.message : String(cause);
      const remedy = `${why}, or keep the bands of the files: resample_to none`;
      throw named(nameOf(id), entry.path, new DatasetError(remedy, { cause }));
    }
  };
  const readImage = async (id: string, height: number, width: number): Promise<Float32Array> => {
    const base = stem(entries.get(id)!.path);
    const path = ['.png', '.jpg', '.jpeg'].map((ending) => base + ending).find((one) => existsSync(one));
    if (path === undefined) {
      throw new DatasetError(`folder: scene '${id}': no ${base}.png, .jpg or .jpeg beside its cube`);
    }
    const image = await readRgbFile(path, `folder: scene '${id}'`);
    checkSameSize(`folder: scene '${id}'`, path, image, { height, width });
    return image.data;
  };
  const load = async (id: string): Promise<Scene> => {
    const { height, width } = findScene({ name, scenes }, id);
    const { cube, mask } = await readPart(id, { row: 0, column: 0, height, width });
    const rgb = rgbFiles
      ? await readImage(id, height, width)
      : await sceneRgb(id, { data: cube, height, width }, wavelengths, options);
    return { id, cube, rgb, height, width, wavelengths, ...(mask === undefined ? {} : { mask }) };
  };
  const recipe = recipeOf(options);
  const list = [...entries.values()];
  const regionReads = list.every((entry) => entry.readsParts) && (rgbFiles || isPointwise(recipe));
  const assumed = list.filter((entry) => entry.assumedWavelengths).length;
  return {
    name,
    description: `${scenes.length} cubes in ${root}, RGB ${rgbFiles ? 'from the images beside them' : `by ${recipe.name}`}`,
    synthetic: false,
    wavelengths,
    scenes,
    regionReads,
    notes: [
      ...(rgbFiles ? [] : recipe.assumptions),
      ...(assumed === 0
        ? []
        : [`${assumed} cubes of 31 bands do not name their wavelengths; 400, 410, ..., 700 nm is assumed`]),
      ...counted(list.flatMap((entry) => [...entry.notes, ...resamplingOf(entry.wavelengths, wavelengths)])),
    ],
    load,
    async readRegion(id, region) {
      if (!regionReads) return cropScene(await load(id), region);
      const { height, width } = findScene({ name, scenes }, id);
      checkRegion(region, height, width, `folder: scene '${id}'`);
      const { cube, mask } = await readPart(id, region);
      const rgb = rgbFiles
        ? cropImage(await readImage(id, height, width), width, 3, region)
        : await sceneRgb(id, { ...region, data: cube }, wavelengths, options);
      const { height: rows, width: columns } = region;
      return {
        id,
        cube,
        rgb,
        height: rows,
        width: columns,
        wavelengths,
        ...(mask === undefined ? {} : { mask }),
      };
    },
  };
}

const describeBands = (nm: readonly number[]) => `${nm.length} bands from ${nm[0]} to ${nm.at(-1)} nm`;

/** nm of all scenes. @throws DatasetError where the files' own bands are asked for and differ */
function sceneWavelengths(
  entries: ReadonlyMap<string, CubeEntry>,
  resampleTo: PlainFolderOptions['resampleTo'] = 'standard',
): readonly number[] {
  if (resampleTo === 'standard') return standardWavelengths;
  if (resampleTo !== 'none') return resampleTo;
  const [[first, { wavelengths }]] = [...entries] as [[string, CubeEntry]];
  for (const [id, entry] of entries) {
    if (sameWavelengths(entry.wavelengths, wavelengths)) continue;
    throw new DatasetError(
      `folder: scene '${id}' has ${describeBands(entry.wavelengths)}, scene '${first}' ${describeBands(wavelengths)}; ` +
        'scenes of one run need the same bands: resample_to standard, or a list in nm',
    );
  }
  return wavelengths;
}

/** What to say of a cube whose bands are not those of the scenes. */
const resamplingOf = (from: readonly number[], to: readonly number[]): string[] =>
  sameWavelengths(from, to)
    ? []
    : [`${describeBands(from)} are resampled to ${describeBands(to)}; resample_to none keeps them`];

/** Each note once, with the number of cubes that it is about. */
function counted(notes: readonly string[]): string[] {
  const counts = new Map<string, number>();
  for (const note of notes) counts.set(note, (counts.get(note) ?? 0) + 1);
  return [...counts].map(([note, count]) => `${count} ${count === 1 ? 'cube' : 'cubes'}: ${note}`);
}

export const plainFolder = defineDataset({
  name: 'folder',
  title: 'plain folder',
  looksLike: `cubes as ${cubeEndings.join(', ')}`,
  general: true,
  recognise: ({ files }) => files.some((name) => cubeEndings.includes(extname(name).toLowerCase())),
  find: async (root: string) => {
    const files = await findPlainFiles(root);
    return {
      ids: [...files.keys()].sort(),
      open: (options: PlainFolderOptions) => plainFolderScenes(files, root, options),
    };
  },
  options: ['key', 'layout', 'wavelengths', 'resampleTo', 'outside', 'divisor'],
  hasRgb: true,
});
