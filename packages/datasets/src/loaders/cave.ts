import { readPng, type PngImage } from '@prismamba/formats';
import { readFileBytes } from '@prismamba/formats/node';
import { DatasetError } from '../dataset-error.js';
import { cropScene, findScene, type Scene, type SceneSource } from '../scene.js';
import { standardWavelengths } from '../spectra/spectral-table.js';
import { caveSceneNames } from '../splits/cave-scene-names.js';
import { caveBands, findCaveFiles, findCaveScenes, readPngSize } from './cave-files.js';
import { chooseScenes, defineDataset, type DatasetOptions } from './dataset-definition.js';
import { recipeOf, sceneRgb } from './rgb-options.js';

/**
 * CAVE Multispectral Image Database (F. Yasuma et al., Columbia University CUCS-061-08, 2008): 31 grey PNG files a
 * scene, 16 bit, 400-700 nm in 10 nm steps; value = uint16 / 65535, approximate reflectance.
 *
 * `watercolors` is known to hold PNG files of another kind in some copies: grey with alpha, and RGB or RGBA whose
 * colour channels are equal, are read as grey; everything else, 8 bit among it, is an error that names the file.
 *
 * Licence: none is named; "available to the research community", with a citation.
 *
 * @param root folder with `NAME_ms/NAME_ms/NAME_ms_01.png` or `NAME_ms/NAME_ms_01.png`
 * @throws DatasetError naming scene and file: missing or extra bands, wrong size, 8-bit or coloured bands, damaged PNG
 */
async function caveScenes(root: string, options: DatasetOptions): Promise<SceneSource> {
  const found = await findCaveScenes(root);
  const folders = new Map(found.map(({ id, folder }) => [id, folder]));
  const scenes = await Promise.all(
    chooseScenes('cave', folders.keys(), options.scenes).map(async (id) => {
      const files = await findCaveFiles(id, folders.get(id)!);
      const size = await readPngSize(files.bands[0]!, `cave: scene '${id}'`);
      return { id, ...size, bands: caveBands };
    }),
  );
  const recipe = recipeOf(options);
  const load = async (id: string): Promise<Scene> => {
    const { height, width } = findScene({ name: 'cave', scenes }, id);
    const cube = await readCaveCube(id, folders.get(id)!);
    const rgb = await sceneRgb(id, cube, standardWavelengths, options);
    return { id, cube: cube.data, rgb, height, width, wavelengths: standardWavelengths };
  };
  return {
    name: 'cave',
    description: `CAVE multispectral images, ${scenes.length} scenes in ${root}, RGB by ${recipe.name}`,
    synthetic: false,
    wavelengths: standardWavelengths,
    scenes,
    regionReads: false,
    notes: recipe.assumptions,
    load,
    readRegion: async (id, region) => cropScene(await load(id), region),
  };
}

/** The cube of a scene folder: [height, width, 31], uint16 / 65535. */
async function readCaveCube(
  id: string,
  folder: string,
): Promise<{ data: Float32Array; height: number; width: number }> {
  const { bands } = await findCaveFiles(id, folder);
  let data: Float32Array | undefined;
  let height = 0;
  let width = 0;
  for (const [band, path] of bands.entries()) {
    const image = await readBand(id, path);
    if (data === undefined) {
      ({ height, width } = image);
      data = new Float32Array(height * width * caveBands);
    } else if (image.height !== height || image.width !== width) {
      throw new DatasetError(
        `cave: scene '${id}': ${path} has ${image.height} x ${image.width} pixels, wanted ${height} x ${width} as in band 01`,
      );
    }
    const { channels, data: values } = image;
    for (let pixel = 0; pixel < height * width; pixel++) {
      data[pixel * caveBands + band] = values[pixel * channels]! / 65535;
    }
  }
  return { data: data!, height, width };
}

async function readBand(id: string, path: string): Promise<PngImage> {
  let image: PngImage;
  try {
    image = readPng(await readFileBytes(path), { name: path });
  } catch (cause) {
    throw new DatasetError(`cave: scene '${id}': ${cause instanceof Error ? cause.message : String(cause)}`, {
      cause,
    });
  }
  if (image.bitDepth !== 16) {
    throw new DatasetError(
      `cave: scene '${id}': ${path} has ${image.bitDepth} bits a channel, wanted 16-bit grey; a converted copy has lost precision, take the original file`,
    );
  }
  if (image.channels >= 3 && !isGrey(image)) {
    throw new DatasetError(
      `cave: scene '${id}': ${path} is a colour image (${image.channels} channels that differ), wanted 16-bit grey`,
    );
  }
  return image;
}

/** True where red, green and blue are equal in every pixel. */
function isGrey({ data, channels }: PngImage): boolean {
  for (let i = 0; i < data.length; i += channels) {
    if (data[i] !== data[i + 1] || data[i] !== data[i + 2]) return false;
  }
  return true;
}

export const cave = defineDataset({
  name: 'cave',
  title: 'CAVE',
  looksLike: 'NAME_ms folders',
  recognise: ({ folders }) => folders.some((name) => name.endsWith('_ms')),
  find: async (root: string) => ({
    ids: (await findCaveScenes(root)).map(({ id }) => id).sort(),
    open: (options: DatasetOptions) => caveScenes(root, options),
  }),
  expected: { cubes: [{ what: 'scenes', names: caveSceneNames }], images: [] },
  options: [],
  hasRgb: false,
});
