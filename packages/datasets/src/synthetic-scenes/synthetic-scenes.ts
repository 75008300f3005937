import { DatasetError } from '../dataset-error.js';
import { createRandom, deriveSeed } from '@prismamba/core';
import { formRgb } from '../rgb-formation/form-rgb.js';
import { ntire2020Clean } from '../rgb-formation/ntire2020-clean.js';
import type { JpegRoundTrip, RgbRecipe } from '../rgb-formation/rgb-step.js';
import type { Illuminant } from '../rgb-formation/sensitivities.js';
import { cropScene, findScene, type Scene, type SceneSource } from '../scene.js';
import { standardWavelengths } from '../spectra/spectral-table.js';
import type { Split } from '../splits/split.js';
import { renderScene } from './render-scene.js';
import type { SceneRole } from './reflectances.js';

/** Options of {@link syntheticScenes}; every one has a default. */
export interface SyntheticScenesOptions {
  /** Number of training scenes, default 24. */
  readonly train?: number;
  /** Number of test scenes, default 4. */
  readonly test?: number;
  /** Pixels, default 128. */
  readonly height?: number;
  /** Pixels, default 128. */
  readonly width?: number;
  /** Integer; another seed gives other scenes. Default 0. */
  readonly seed?: number;
  /** The light of each scene is drawn from this list; default daylights (D50, D55, D65 twice, D75) and A. */
  readonly illuminants?: readonly Illuminant[];
  /** How RGB is formed; default NTIRE 2020 Clean. Sensor noise: `withSensorNoise(recipe, ...)`. */
  readonly recipe?: RgbRecipe;
  /** JPEG codec where the recipe needs one. */
  readonly jpeg?: JpegRoundTrip;
}

/** The synthetic scenes know which of them are for training and which for test. */
export interface SyntheticSceneSource extends SceneSource {
  readonly split: Split;
}

const defaultIlluminants: readonly Illuminant[] = ['D65', 'D65', 'D50', 'D55', 'D75', 'A'];

function checkCount(name: string, value: number, least: number): void {
  if (!Number.isInteger(value) || value < least) {
    throw new DatasetError(`syntheticScenes: ${name} must be an integer >= ${least}, got ${value}`);
  }
}

/**
 * Scenes made on the fly from a seed: surfaces with published (ColorChecker) and physically plausible reflectances in
 * [0, 1], textures, shading, highlights, standard illuminants; 31 bands, 400-700 nm. Values are radiance relative to
 * the brightest band of the scene's light. Training and test scenes use different seeds, different halves of the
 * ColorChecker and different frequencies of the material families.
 *
 * Neighbourhoods tell what a pixel cannot: kind of material goes with texture, and a scene has one light. Measured on 60
 * test scenes (48 x 48, 400 training scenes, root-polynomial regression of degree 2): one regression for all pixels
 * reaches 35.3, 35.8 and 34.2 dB PSNR on leaves, stone and wood, one for each kind of material 45.8, 48.3 and 47.3 dB;
 * over all pixels 30.0 against 31.3 dB, because dyed and smooth random surfaces stay ambiguous, as metamers are.
 *
 * They are a stand-in for real data: a score on them says nothing about a score on photographs.
 */
export function syntheticScenes(options: SyntheticScenesOptions = {}): SyntheticSceneSource {
  const { train = 24, test = 4, height = 128, width = 128, seed = 0 } = options;
  const lights = options.illuminants ?? defaultIlluminants;
  const recipe = options.recipe ?? ntire2020Clean();
  checkCount('train', train, 0);
  checkCount('test', test, 0);
  checkCount('height', height, 8);
  checkCount('width', width, 8);
  if (!Number.isSafeInteger(seed)) {
    throw new DatasetError(`syntheticScenes: seed must be an integer, got ${seed}`);
  }
  if (lights.length === 0)
    throw new DatasetError('syntheticScenes: illuminants is empty, wanted at least one');
  const name = (role: SceneRole, index: number) => `synthetic-${role}-${String(index).padStart(3, '0')}`;
  const roles = new Map<string, SceneRole>();
  for (let i = 0; i < train; i++) roles.set(name('train', i), 'train');
  for (let i = 0; i < test; i++) roles.set(name('test', i), 'test');
  const ids = [...roles.keys()];
  const wavelengths = standardWavelengths;
  const base = {
    name: 'synthetic',
    scenes: ids.map((id) => ({ id, height, width, bands: wavelengths.length })),
  };
  const load = async (id: string): Promise<Scene> => {
    findScene(base, id);
    const role = roles.get(id)!;
    const random = createRandom(deriveSeed(seed, 'synthetic-scene', id));
    const illuminant = random.pick(lights);
    const cube = renderScene({ height, width, wavelengths, illuminant, role }, random);
    const rgb = await formRgb({ data: cube, height, width }, recipe, {
      wavelengths,
      seed: deriveSeed(seed, 'rgb', id),
      ...(options.jpeg === undefined ? {} : { jpeg: options.jpeg }),
    });
    return { id, cube, rgb, height, width, wavelengths };
  };
  return {
    ...base,
    description: `${train} + ${test} synthetic scenes (training + test), ${height} x ${width}, seed ${seed}; not real data`,
    synthetic: true,
    wavelengths,
    regionReads: false,
    notes: [
      'These scenes are synthetic: scores on them say nothing about real photographs.',
      ...recipe.assumptions,
    ],
    split: {
      name: 'synthetic',
      train: ids.filter((id) => roles.get(id) === 'train'),
      test: ids.filter((id) => roles.get(id) === 'test'),
      notes: [],
    },
    load,
    readRegion: async (id, region) => cropScene(await load(id), region),
  };
}
