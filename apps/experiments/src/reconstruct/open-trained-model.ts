import { existsSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { readFileBytesSync } from '@prismamba/formats/node';
import {
  disposeModel,
  loadWeights,
  outputBands,
  readWeightsFile,
  type LoadReport,
  type ModelDefinition,
} from '@prismamba/models';
import { listPretrained, pretrainedCard, pretrainedFile, type PretrainedLimits } from '@prismamba/weights';
import { nearestName } from '@prismamba/core';
import type * as tfl from '@tensorflow/tfjs-layers';
import { modelArgument } from '../commands/model-argument.js';
import { modelSettings } from '../config/model-settings.js';
import { UserError, usageError } from '../user-error.js';
import { pretrainedSource } from './pretrained-source.js';
import { recipeOf, rgbOf, trainingNotes, wavelengthsOf, type WeightsRgb } from './weights-metadata.js';

/** Keys under which our safetensors files name their model and its settings. */
const MODEL_KEY = 'prismamba.model';
const CONFIG_KEY = 'prismamba.config';

export interface TrainedModelChoice {
  readonly run?: string;
  /** A weights file, or a run folder. */
  readonly weights?: string;
  readonly model?: string;
  /** Settings of the model as typed, `width=90`, on top of those that the file names. */
  readonly set?: readonly string[];
  /** `false` takes what fits of the file; the report says what did not. Default `true`. */
  readonly strict?: boolean;
}

export interface TrainedModel {
  readonly definition: ModelDefinition;
  /** The model's settings, defaults filled in. */
  readonly config: object;
  readonly model: tfl.LayersModel;
  /** The file that the weights came from, and what was in it. */
  readonly path: string;
  readonly report: LoadReport;
  /** What its training RGB was; undefined where the file does not say. */
  readonly rgb: WeightsRgb | undefined;
  /** By which recipe that RGB was formed; undefined where the file does not say. */
  readonly recipe: string | undefined;
  /** nm of its bands; undefined where the file does not say and they are not the standard 31. */
  readonly wavelengths: readonly number[] | undefined;
  /** What was measured of shipped weights; undefined for others. */
  readonly limits?: PretrainedLimits;
  /** What its training was, as its file says it; goes along when the weights are written again. */
  readonly notes: Readonly<Record<string, string>>;
}

const isFolder = (path: string) => existsSync(path) && statSync(path).isDirectory();

function weightsPath({ run, weights }: TrainedModelChoice): string {
  const folder = weights === undefined ? run : isFolder(weights) ? weights : undefined;
  if (folder === undefined) {
    if (weights !== undefined) return weights;
    throw usageError('which weights? Name a run folder (--run DIR) or a weights file (--weights FILE)');
  }
  const path = join(folder, 'weights.safetensors');
  if (existsSync(path)) return path;
  throw new UserError(
    `'${folder}' has no weights.safetensors; name a run folder that 'prismamba train' finished`,
  );
}

/** A model with trained weights, by run folder, by a file that names its model, or by file and model name. */
export function openTrainedModel(choice: TrainedModelChoice): TrainedModel {
  const path = weightsPath(choice);
  return modelWithWeights(path, readFileBytesSync(path), choice);
}

/** A model with weights that come with Prismamba. @throws for a name that is not among them */
export async function openPretrained(
  name: string,
  choice: Pick<TrainedModelChoice, 'model' | 'set'> = {},
): Promise<TrainedModel> {
  const names = listPretrained().map((card) => card.name);
  if (!names.includes(name)) {
    const nearest = nearestName(name, names);
    throw usageError(
      `--pretrained ${name}: no shipped weights are called so${nearest === undefined ? '' : `, did you mean '${nearest}'?`} Shipped: ${names.join(', ')}`,
    );
  }
  const trained = modelWithWeights(name, await pretrainedFile(name, await pretrainedSource(name)), choice);
  const { rgb: recipe, limits } = pretrainedCard(name);
  return { ...trained, recipe, ...(limits === undefined ? {} : { limits }) };
}

function modelWithWeights(
  path: string,
  bytes: Uint8Array,
  choice: Pick<TrainedModelChoice, 'model' | 'set' | 'strict'>,
): TrainedModel {
  const { metadata } = readWeightsFile(bytes, path);
  const name = choice.model ?? metadata[MODEL_KEY];
  if (name === undefined) throw usageError(`${path} does not name its model; add --model NAME`);
  const definition = modelArgument(name);
  const settings: unknown = name === metadata[MODEL_KEY] ? JSON.parse(metadata[CONFIG_KEY] ?? '{}') : {};
  const config = modelSettings(definition, settings, choice.set ?? []);
  const model = definition.build(config, { seed: 0 });
  try {
    const { strict = true } = choice;
    const report = loadWeights(model, definition, config, bytes, { source: path, strict });
    const bad = report.nonFinite.filter((entry) => report.loaded.includes(entry));
    if (strict && bad.length > 0) {
      throw new UserError(
        `${path}: ${bad.length} of ${report.loaded.length} entries hold NaN or infinity, such as '${bad[0]}': with such weights ` +
          `no cube and no export is worth anything; 'prismamba weights ${name} ${path}' lists them`,
      );
    }
    return {
      definition,
      config,
      model,
      path,
      report,
      rgb: rgbOf(metadata),
      recipe: recipeOf(metadata),
      wavelengths: wavelengthsOf(metadata, outputBands(model), path),
      notes: trainingNotes(metadata),
    };
  } catch (error) {
    disposeModel(model);
    throw error;
  }
}
