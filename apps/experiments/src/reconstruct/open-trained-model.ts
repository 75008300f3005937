import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { readFileBytesSync } from '@prismamba/formats/node';
import { loadWeights, readWeightsFile, type ModelDefinition } from '@prismamba/models';
import type * as tfl from '@tensorflow/tfjs-layers';
import { modelArgument } from '../commands/model-argument.js';
import { UserError } from '../user-error.js';

/** Keys under which our safetensors files name their model and its settings. */
const MODEL_KEY = 'prismamba.model';
const CONFIG_KEY = 'prismamba.config';

export interface TrainedModelChoice {
  readonly run?: string;
  readonly weights?: string;
  readonly model?: string;
}

export interface TrainedModel {
  readonly definition: ModelDefinition;
  readonly model: tfl.LayersModel;
}

/** A model with trained weights, by run folder, by a file that names its model, or by file and model name. */
export function openTrainedModel(choice: TrainedModelChoice): TrainedModel {
  const path =
    choice.weights ?? (choice.run === undefined ? undefined : join(choice.run, 'weights.safetensors'));
  if (path === undefined) {
    throw new UserError('which weights? Name a run folder (--run DIR) or a weights file (--weights FILE)');
  }
  if (choice.run !== undefined && !existsSync(path)) {
    throw new UserError(
      `'${choice.run}' has no weights.safetensors; name a run folder that 'prismamba train' finished`,
    );
  }
  const bytes = readFileBytesSync(path);
  const { metadata } = readWeightsFile(bytes, path);
  const name = choice.model ?? metadata[MODEL_KEY];
  if (name === undefined) throw new UserError(`${path} does not name its model; add --model NAME`);
  const definition = modelArgument(name);
  const settings: unknown = name === metadata[MODEL_KEY] ? JSON.parse(metadata[CONFIG_KEY] ?? '{}') : {};
  const config = definition.config.parse(settings);
  const model = definition.build(config, { seed: 0 });
  loadWeights(model, definition, config, bytes, { source: path });
  return { definition, model };
}
