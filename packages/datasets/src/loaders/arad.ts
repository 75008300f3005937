import { basename } from 'node:path';
import type { ArrayFile } from '@prismamba/formats/node';
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
import { sameWavelengths } from '../spectra/resample.js';
import { standardWavelengths } from '../spectra/spectral-table.js';
import { minMaxRgb, readRgbFile } from './image-file.js';
import { matCubeSize, readCube, withMat } from './mat-cube.js';
import { applyNormFactor, normFactorNotes, type NormFactorRule } from './norm-factor.js';
import {
  checkSameSize,
  chooseScenes,
  type DatasetOptions,
  type FoundDataset,
  type RgbTrack,
} from './dataset-definition.js';
import { recipeOf, sceneRgb } from './rgb-options.js';
import { addOnce, walkFiles } from './walk-files.js';

/** Options of the loaders of both ARAD data sets. */
export interface AradOptions extends DatasetOptions {
  /**
   * `'none'` (default): code / 255 as stored. `'min-max'`: each image stretched to [0, 1] over all its channels, as
   * MST++ trains and tests on NTIRE2022. Only for the data set's own RGB files.
   */
  readonly rgbNormalisation?: 'none' | 'min-max';
  /**
   * What is done with the number `norm_factor` that stands beside each cube: `'ignore'` (default) takes the cube as
   * stored, as the papers' code does, which reads `cube` alone; `'multiply'` and `'divide'` apply it. Whether the
   * stored cube was scaled by it before is not stated anywhere that was found.
   */
  readonly normFactor?: NormFactorRule;
}

/** What differs between NTIRE2020 and NTIRE2022. */
export interface AradFormat {
  readonly name: string;
  readonly title: string;
  /** A cube's name, for messages. */
  readonly example: string;
  /** Of a cube's file name; its first group is the scene's name. */
  readonly cubeFile: RegExp;
  /** Of an RGB file's name. */
  readonly rgbFile: RegExp;
  /** Name that the RGB file of a scene should have. */
  readonly rgbName: (id: string) => string;
}

/** The files of an ARAD data set by scene. */
interface AradFiles {
  readonly cubes: ReadonlyMap<string, string>;
  readonly images: ReadonlyMap<string, string>;
}

/** Finds cubes and RGB images anywhere below `root` (the organisers' archives unpack into several folders). */
async function findAradFiles(root: string, format: AradFormat): Promise<AradFiles> {
  const cubes = new Map<string, string>();
  const images = new Map<string, string>();
  for (const path of await walkFiles(root, format.name)) {
    const cube = format.cubeFile.exec(basename(path))?.[1];
    const image = format.rgbFile.exec(basename(path))?.[1];
    if (cube !== undefined) addOnce(cubes, cube.toUpperCase(), path, format.name);
    if (image !== undefined) addOnce(images, image.toUpperCase(), path, format.name);
  }
  return { cubes, images };
}

/**
 * Finds an ARAD data set; `formatOf` gives the file names for the options, `tracks` those of every kind of RGB image.
 *
 * @throws DatasetError naming scene and file
 */
export async function findArad<Options extends AradOptions>(
  root: string,
  formatOf: (options: Options) => AradFormat,
  tracks: readonly { readonly track: string; readonly format: AradFormat }[],
): Promise<FoundDataset<Options>> {
  const images = await Promise.all(
    tracks.map(async ({ track, format }): Promise<RgbTrack> => {
      const { images: paths } = await findAradFiles(root, format);
      return { track, paths, fileName: format.rgbName };
    }),
  );
  const { cubes } = await findAradFiles(root, tracks[0]!.format);
  // A track that nobody downloaded is not missing, unless no image is there at all.
  const there = images.filter(({ paths }) => paths.size > 0);
  return {
    ids: [...cubes.keys()].sort(),
    images: there.length > 0 ? there : images.slice(0, 1),
    open: (options) => aradScenes(root, formatOf(options), options),
  };
}

async function aradScenes(root: string, format: AradFormat, options: AradOptions): Promise<SceneSource> {
  const { name } = format;
  const { rgbNormalisation = 'none', normFactor = 'ignore' } = options;
  const recipe = (options.rgbFiles ?? options.recipe === undefined) ? undefined : recipeOf(options);
  const files = await findAradFiles(root, format);
  if (files.cubes.size === 0) {
    throw new DatasetError(`${name}: no cube below '${root}'; wanted files such as ${format.example}`);
  }
  const scenes: { id: string; height: number; width: number; bands: number }[] = [];
  let everyFileReadsParts = true;
  for (const id of chooseScenes(name, files.cubes.keys(), options.scenes)) {
    const context = `${name}: scene '${id}'`;
    const { readsParts, ...size } = await matCubeSize(files.cubes.get(id)!, 'cube', 31, context);
    everyFileReadsParts &&= readsParts;
    scenes.push({ id, ...size });
  }
  const noCube = [...files.images.keys()].filter((id) => !files.cubes.has(id));

  const readCubePart = (id: string, region?: Region): Promise<Float32Array> => {
    const context = `${name}: scene '${id}'`;
    return withMat(files.cubes.get(id)!, context, (file) => {
      checkBands(file, context);
      const cube = readCube(file, 'cube', region);
      return applyNormFactor(cube, file, normFactor, context);
    });
  };
  const readImage = async (id: string, height: number, width: number): Promise<Float32Array> => {
    const context = `${name}: scene '${id}'`;
    const path = files.images.get(id);
    if (path === undefined) {
      throw new DatasetError(
        `${context}: its RGB image ${format.rgbName(id)} is not below '${root}'; add it, or name a recipe that forms RGB from the cube`,
      );
    }
    const image = await readRgbFile(path, context);
    checkSameSize(context, path, image, { height, width });
    return rgbNormalisation === 'min-max' ? minMaxRgb(image.data) : image.data;
  };
  const wavelengths = standardWavelengths;
  const load = async (id: string): Promise<Scene> => {
    const { height, width } = findScene({ name, scenes }, id);
    const cube = await readCubePart(id);
    const rgb =
      recipe === undefined
        ? await readImage(id, height, width)
        : await sceneRgb(id, { data: cube, height, width }, wavelengths, options);
    return { id, cube, rgb, height, width, wavelengths };
  };
  const regionReads = everyFileReadsParts && (recipe === undefined || isPointwise(recipe));
  return {
    name,
    description: `${format.title}, ${scenes.length} scenes in ${root}, RGB ${recipe === undefined ? 'as shipped' : `by ${recipe.name}`}`,
    synthetic: false,
    wavelengths,
    scenes,
    regionReads,
    notes: [
      ...(recipe?.assumptions ?? []),
      ...normFactorNotes(normFactor),
      ...(noCube.length === 0
        ? []
        : [`${noCube.length} RGB images have no cube (the challenge's test images) and are left out`]),
    ],
    load,
    async readRegion(id, region) {
      if (!regionReads) return cropScene(await load(id), region);
      const { height, width } = findScene({ name, scenes }, id);
      checkRegion(region, height, width, `${name}: scene '${id}'`);
      const cube = await readCubePart(id, region);
      const rgb =
        recipe === undefined
          ? cropImage(await readImage(id, height, width), width, 3, region)
          : await sceneRgb(id, { ...region, data: cube }, wavelengths, options);
      return { id, cube, rgb, height: region.height, width: region.width, wavelengths };
    },
  };
}

/** `bands`, where a file has it, must be 400, 410, ..., 700 nm. */
function checkBands(file: ArrayFile, context: string): void {
  if (!file.keys().includes('bands')) return;
  const bands = Array.from(file.read('bands').data, Number);
  if (!sameWavelengths(bands, standardWavelengths)) {
    throw new DatasetError(
      `${context}: 'bands' of ${file.path} says ${bands.slice(0, 3).join(', ')}, ... (${bands.length} values), wanted 400, 410, ..., 700 nm`,
    );
  }
}
