import { existsSync } from 'node:fs';
import { basename } from 'node:path';
import {
  cameraSensitivities,
  parseCameraCsv,
  recipeSettingsOf,
  rgbRecipe,
  type RecipeSettings,
  type RgbRecipe,
} from '@prismamba/datasets';
import type { DatasetSpec } from '@prismamba/datasets/node';
import { readFileBytesSync } from '@prismamba/formats/node';
import type { ExperimentConfig } from '../config/experiment-schema.js';
import type { LoadedExperiment } from '../config/load-experiment.js';

/** A recipe, and its name and camera curve as plain data for the reading thread. */
export interface OpenedRecipe {
  /** Forms RGB, and renders reconstructions for the report. */
  readonly recipe: RgbRecipe;
  /** Undefined where the data set's own RGB images are taken. */
  readonly named: DatasetSpec['recipe'];
}

/** The RGB recipe of an experiment, with its settings and the camera of its CSV file where it names one. */
export function openRecipe(experiment: LoadedExperiment): OpenedRecipe {
  const { data } = experiment.config;
  const settings = camelCase(data.recipe);
  if (data.rgb === 'files') {
    const [setting] = Object.keys(data.recipe);
    if (setting !== undefined) {
      throw experiment.error(['data', 'recipe', setting], "'rgb: files' takes the images as they are");
    }
    const clean = rgbRecipe('ntire2020-clean');
    return {
      recipe: { ...clean, name: `files of the data set; renderings by ${clean.name}` },
      named: undefined,
    };
  }
  const camera = data.camera === undefined ? undefined : readCamera(data.camera);
  const inputs = { ...settings, ...(camera === undefined ? {} : { camera: cameraSensitivities(camera) }) };
  const takes = recipeSettingsOf(data.rgb);
  for (const [key, value] of Object.entries(inputs)) {
    if (value === undefined || (takes as readonly string[]).includes(key)) continue;
    const place = key === 'camera' ? ['data', 'camera'] : ['data', 'recipe', snakeCase(key)];
    const known = takes.map((name) => (name === 'camera' ? 'data.camera' : snakeCase(name))).join(', ');
    throw experiment.error(place, `the recipe '${data.rgb}' does not take it; it takes ${known}`);
  }
  return {
    recipe: rgbRecipe(data.rgb, inputs),
    named: { name: data.rgb, settings, ...(camera === undefined ? {} : { camera }) },
  };
}

/** `FILE`, or `FILE#NAME` for one of the cameras of a file with several. */
function readCamera(reference: string) {
  const hash = existsSync(reference) ? -1 : reference.lastIndexOf('#');
  const path = hash < 0 ? reference : reference.slice(0, hash);
  const text = new TextDecoder().decode(readFileBytesSync(path));
  return parseCameraCsv(text, {
    name: basename(path),
    ...(hash < 0 ? {} : { camera: reference.slice(hash + 1) }),
  });
}

/** `jpegQuality` of the library as the key of the YAML, `jpeg_quality`. */
export const snakeCase = (key: string) => key.replace(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`);

/** The keys of the YAML, `jpeg_quality`, as those of the library, `jpegQuality`. */
function camelCase({ noise, ...others }: ExperimentConfig['data']['recipe']): Partial<RecipeSettings> {
  const renamed = (object: object) =>
    Object.fromEntries(
      Object.entries(object)
        .filter(([, value]) => value !== undefined)
        .map(([key, value]) => [
          key.replace(/_([a-z])/g, (_, letter: string) => letter.toUpperCase()),
          value as unknown,
        ]),
    );
  return { ...renamed(others), ...(noise === undefined ? {} : { noise: renamed(noise) }) };
}
