import { basename } from 'node:path';
import { DatasetError } from '../dataset-error.js';
import { cropScene, findScene, type Scene, type SceneSource } from '../scene.js';
import { uniformWavelengths } from '../spectra/spectral-table.js';
import { matCubeSize, readCube, withMat } from './mat-cube.js';
import { chooseScenes, defineDataset, type DatasetOptions } from './dataset-definition.js';
import { recipeOf, sceneRgb } from './rgb-options.js';
import { addOnce, walkFiles } from './walk-files.js';

/** 420, 430, ..., 720 nm. */
export const harvardWavelengths: readonly number[] = uniformWavelengths(420, 720, 10);

/** Options of the data set. */
export interface HarvardOptions extends DatasetOptions {
  /**
   * `'none'` (default, as the papers do): `ref` as stored, whose values are small and have no common scale.
   * `'maximum'`: each scene divided by its largest value.
   */
  readonly normalisation?: 'none' | 'maximum';
}

const cubeFile = /^(img.*)\.mat$/i;

/** Paths of the scenes by name (`imgf1.mat` is 'imgf1'). */
async function findHarvardFiles(root: string): Promise<ReadonlyMap<string, string>> {
  const files = new Map<string, string>();
  for (const path of await walkFiles(root, 'harvard')) {
    const id = cubeFile.exec(basename(path))?.[1];
    if (id !== undefined) addOnce(files, id, path, 'harvard');
  }
  return files;
}

/**
 * Harvard real-world hyperspectral images (A. Chakrabarti, T. Zickler, CVPR 2011): `img*.mat` (MATLAB level 5) with
 * `ref` [1040, 1392, 31], 420-720 nm in 10 nm steps, and the mask `lbl`, 0 where the scene moved between the bands;
 * such pixels have mask 0 in `Scene.mask`. There are no RGB images: they are formed by the recipe.
 *
 * Level 5 files have no index, so a whole scene is read even where a region is asked for.
 *
 * Licence: the terms of the public download could not be confirmed.
 *
 * @param root folder; the files may lie in folders inside it
 * @throws DatasetError naming scene and file
 */
async function harvardScenes(
  files: ReadonlyMap<string, string>,
  root: string,
  options: HarvardOptions,
): Promise<SceneSource> {
  const name = 'harvard';
  const { normalisation = 'none' } = options;
  if (files.size === 0) {
    throw new DatasetError(`harvard: no img*.mat below '${root}'; wanted files such as imgf1.mat`);
  }
  const wavelengths = harvardWavelengths;
  const bands = wavelengths.length;
  const scenes: { id: string; height: number; width: number; bands: number }[] = [];
  for (const id of chooseScenes(name, files.keys(), options.scenes)) {
    const { height, width } = await matCubeSize(files.get(id)!, 'ref', bands, `harvard: scene '${id}'`);
    scenes.push({ id, height, width, bands });
  }
  const load = async (id: string): Promise<Scene> => {
    const { height, width } = findScene({ name, scenes }, id);
    const context = `harvard: scene '${id}'`;
    const { cube, mask } = await withMat(files.get(id)!, context, (file) => ({
      cube: readCube(file, 'ref', undefined),
      mask: file.keys().includes('lbl') ? file.read('lbl') : undefined,
    }));
    if (mask !== undefined && (mask.shape[0] !== height || mask.shape[1] !== width)) {
      throw new DatasetError(
        `${context}: 'lbl' of ${files.get(id)!} has the shape [${mask.shape.join(', ')}], wanted [${height}, ${width}] as its cube`,
      );
    }
    if (normalisation === 'maximum') divideByMaximum(cube);
    const rgb = await sceneRgb(id, { data: cube, height, width }, wavelengths, options);
    return {
      id,
      cube,
      rgb,
      height,
      width,
      wavelengths,
      ...(mask === undefined
        ? {}
        : { mask: Uint8Array.from(mask.data as Float64Array, (label) => (label > 0 ? 1 : 0)) }),
    };
  };
  const recipe = recipeOf(options);
  return {
    name,
    description: `Harvard hyperspectral images, ${scenes.length} scenes in ${root}, RGB by ${recipe.name}`,
    synthetic: false,
    wavelengths,
    scenes,
    unitRange: normalisation === 'maximum',
    regionReads: false,
    notes: [
      ...recipe.assumptions,
      ...(normalisation === 'none'
        ? ['Harvard cubes are not normalised: their values, and with them RMSE, have a scale of their own']
        : []),
    ],
    load,
    readRegion: async (id, region) => cropScene(await load(id), region),
  };
}

function divideByMaximum(cube: Float32Array): void {
  let largest = 0;
  for (const value of cube) if (value > largest) largest = value;
  if (largest > 0) for (let i = 0; i < cube.length; i++) cube[i] = cube[i]! / largest;
}

export const harvard = defineDataset({
  name: 'harvard',
  title: 'Harvard',
  looksLike: 'img*.mat',
  recognise: ({ files }) => files.some((name) => cubeFile.test(name)),
  find: async (root: string) => {
    const files = await findHarvardFiles(root);
    return {
      ids: [...files.keys()].sort(),
      open: (options: HarvardOptions) => harvardScenes(files, root, options),
    };
  },
  // The list of its scenes was not found.
  expected: { cubes: [], images: [], count: 50 },
  options: ['normalisation'],
  hasRgb: false,
});
