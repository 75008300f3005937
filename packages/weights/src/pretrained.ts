import { nearestNames } from '@prismamba/core';
import {
  getModel,
  loadWeights,
  modelOptions,
  readWeightsFile,
  type ModelDefinition,
} from '@prismamba/models';
import type * as tfl from '@tensorflow/tfjs-layers';
import type { PretrainedCard } from './card.js';
import { shipped } from './generated/shipped.js';

/** Cards of all shipped weights. Nothing is loaded for it. */
export function listPretrained(): readonly PretrainedCard[] {
  return [...shipped.values()].map(({ card }) => card);
}

/** The card of shipped weights. @throws where no weights have that name; the message gives the nearest and all names. */
export function pretrainedCard(name: string): PretrainedCard {
  return entryOf('pretrainedCard', name).card;
}

/**
 * The bytes of a safetensors file with the official names of its tensors, as `prismamba` and PyTorch read it.
 *
 * @param name see {@link listPretrained}, for instance `gmsr-net/cave-clean`
 * @throws where no weights have that name; the message gives the nearest and all names.
 */
export async function pretrainedFile(name: string): Promise<Uint8Array> {
  const { base64 } = await entryOf('pretrainedFile', name).load();
  return Uint8Array.from(atob(base64), (character) => character.charCodeAt(0));
}

/** A network with shipped weights. */
export interface Pretrained {
  /** RGB [B, H, W, 3] in [0, 1] (see `card.input`) to [B, H, W, 31], 400, 410, ..., 700 nm. */
  readonly model: tfl.LayersModel;
  readonly definition: ModelDefinition;
  /** Settings of the network, with defaults filled in. */
  readonly config: object;
  readonly card: PretrainedCard;
}

/**
 * A network with the weights that this package ships: no file and no network access, in Node and in browsers.
 *
 *     const { model, card } = await loadPretrained('gmsr-net/cave-clean');
 *
 * @param name see {@link listPretrained}
 * @throws where no weights have that name; the message gives the nearest and all names.
 */
export async function loadPretrained(name: string): Promise<Pretrained> {
  const { card } = entryOf('loadPretrained', name);
  const bytes = await pretrainedFile(name);
  const definition = getModel(card.model);
  const { metadata } = readWeightsFile(bytes, name);
  const config = modelOptions(definition, JSON.parse(metadata['prismamba.config'] ?? '{}') as object);
  const model = definition.build(config, { seed: 0 });
  loadWeights(model, definition, config, bytes, { source: name });
  return { model, definition, config, card };
}

function entryOf(caller: string, name: string) {
  const entry = shipped.get(name);
  if (entry !== undefined) return entry;
  const [nearest] = nearestNames(name, shipped.keys(), 1);
  throw new Error(
    `${caller}: no shipped weights are called '${name}'${nearest === undefined ? '' : `, did you mean '${nearest}'?`} ` +
      `Shipped: ${[...shipped.keys()].join(', ')}`,
  );
}
