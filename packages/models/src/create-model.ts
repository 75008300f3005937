import type * as tfl from '@tensorflow/tfjs-layers';
import { modelOptions } from './model-options.js';
import { findModel } from './registry.js';

export interface CreateModelSettings {
  /** Every initial value follows from this number and the name of the weight; 0 unless stated. */
  readonly seed?: number;
}

/**
 * A network by its name, with initial weights: [B, H, W, 3] RGB in [0, 1] to [B, H, W, bands], 31 unless `options` say otherwise.
 *
 *     const model = createModel('gmsr-net', { widths: [10, 20, 31] }, { seed: 1 });
 *
 * @param name registry key: see `listModels()`
 * @param options settings of the network (its folder's README lists them); those left out have the official values
 * @throws where no model has that name, and {ModelOptionsError} where the model does not take an option; the message
 * gives the nearest valid name.
 */
export function createModel(
  name: string,
  options: object = {},
  { seed = 0 }: CreateModelSettings = {},
): tfl.LayersModel {
  const definition = findModel('createModel', name);
  return definition.build(modelOptions(definition, options), { seed });
}
