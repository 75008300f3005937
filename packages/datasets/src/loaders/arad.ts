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
import { sceneRgb, type RgbOptions } from './rgb-options.js';
import { addOnce, walkFiles } from './walk-files.js';

/** Options of the loaders of both ARAD data sets. */
export interface AradOptions extends RgbOptions {
  /** Only these scenes; others in the folder are not looked at. */
  readonly scenes?: readonly string[];
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
  /** Of a cube's file name; its first group is the scene's name. */
  readonly cubeFile: RegExp;
  /** Of an RGB file's name. */
  readonly rgbFile: RegExp;
  /** Name that the RGB file of a scene should have. */
  readonly rgbName: (id: string) => string;
}

/** The files of an ARAD data set by scene. */
export interface AradFiles {
  readonly cubes: ReadonlyMap<string, string>;
  readonly images: ReadonlyMap<string, string>;
}

/** Finds cubes and RGB images anywhere below `root` (the organisers' archives unpack into several folders). */
export async function findAradFiles(root: string, format: AradFormat): Promise<AradFiles> {
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

/** Shared by `ntire2020Scenes` and `ntire2022Scenes`; `found`: the files, where they were looked for before. */
export async function aradScenes(
  root: string,
  format: AradFormat,
  options: AradOptions,
  found?: AradFiles,
): Promise<SceneSource> {
  const { name } = format;
  const { recipe, rgbNormalisation = 'none', normFactor = 'ignore' } = options;
  const files = found ?? (await findAradFiles(root, format));
  if (files.cubes.size === 0) {
    throw new DatasetError(
      `${name}: no cube ${format.rgbName('...').replace(/[._].*$/, '')}*.mat below '${root}'; wanted files such as ${name === 'ntire2020' ? 'ARAD_HS_0001.mat' : 'ARAD_1K_0001.mat'}`,
    );
  }
  const all = [...files.cubes.keys()].sort();
  for (const id of options.scenes ?? []) {
    if (!files.cubes.has(id)) {
      findScene({ name, scenes: all.map((known) => ({ id: known, height: 0, width: 0, bands: 31 })) }, id);
    }
  }
  const wanted = options.scenes === undefined ? all : all.filter((id) => options.scenes!.includes(id));
  const scenes: { id: string; height: number; width: number; bands: number }[] = [];
  let everyFileReadsParts = true;
  for (const id of wanted) {
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
    if (image.height !== height || image.width !== width) {
      throw new DatasetError(
        `${context}: ${path} has ${image.height} x ${image.width} pixels, its cube ${height} x ${width}`,
      );
    }
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
