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
import { cards } from './generated/cards.js';
import { weights } from './generated/weights.js';

/** Files of weights by name, as a package of them exports it: each call gives a safetensors file as base64. */
export type WeightsFiles = ReadonlyMap<string, () => Promise<{ readonly base64: string }>>;

/** Where the bytes of larger networks are. */
export interface PretrainedSource {
  /** The `weights` of the package that the card names (`card.package`), where that is another than this one. */
  readonly from?: WeightsFiles;
}

/** Cards of all weights, those of packages for larger networks too. Nothing is loaded for it. */
export function listPretrained(): readonly PretrainedCard[] {
  return cards;
}

/** The card of shipped weights. @throws where no weights have that name; the message gives the nearest and all names. */
export function pretrainedCard(name: string): PretrainedCard {
  return cardOf('pretrainedCard', name);
}

/**
 * The bytes of a safetensors file with the official names of its tensors, as `prismamba` and PyTorch read it.
 *
 * @param name see {@link listPretrained}, for instance `gmsr-net/cave-clean`
 * @throws where no weights have that name (the message gives the nearest and all names), and where its bytes are in another
 *   package that `from` does not give.
 */
export async function pretrainedFile(name: string, { from }: PretrainedSource = {}): Promise<Uint8Array> {
  return bytesOf('pretrainedFile', name, from);
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
 * A network with shipped weights: no file and no network access, in Node and in browsers.
 *
 *     const { model, card } = await loadPretrained('gmsr-net/cave-clean');
 *
 * Larger networks come in a package of their own:
 *
 *     import { weights } from '@prismamba/weights-large';
 *     const { model } = await loadPretrained('m3sr/cave-clean', { from: weights });
 *
 * @param name see {@link listPretrained}
 * @throws where no weights have that name (the message gives the nearest and all names), and where its bytes are in another
 *   package that `from` does not give.
 */
export async function loadPretrained(name: string, { from }: PretrainedSource = {}): Promise<Pretrained> {
  const card = cardOf('loadPretrained', name);
  const bytes = await bytesOf('loadPretrained', name, from);
  const definition = getModel(card.model);
  const { metadata } = readWeightsFile(bytes, name);
  const config = modelOptions(definition, JSON.parse(metadata['prismamba.config'] ?? '{}') as object);
  const model = definition.build(config, { seed: 0 });
  loadWeights(model, definition, config, bytes, { source: name });
  return { model, definition, config, card };
}

async function bytesOf(caller: string, name: string, from: WeightsFiles | undefined): Promise<Uint8Array> {
  const card = cardOf(caller, name);
  const load = weights.get(name) ?? from?.get(name);
  if (load === undefined) {
    throw new Error(
      `${caller}: the weights '${name}' (${(card.bytes / 1e6).toFixed(1)} MB) come in a package of their own: npm install ${card.package}, ` +
        `import { weights } from '${card.package}', and call ${caller}('${name}', { from: weights })`,
    );
  }
  const { base64 } = await load();
  const bytes = Uint8Array.from(atob(base64), (character) => character.charCodeAt(0));
  if (bytes.length === card.bytes) return bytes;
  throw new Error(
    `${caller}: '${name}' has ${bytes.length} bytes in ${card.package}, its card says ${card.bytes}: the packages are of ` +
      `different versions; npm install @prismamba/weights@latest ${card.package}@latest`,
  );
}

function cardOf(caller: string, name: string): PretrainedCard {
  const card = cards.find((one) => one.name === name);
  if (card !== undefined) return card;
  const names = cards.map((one) => one.name);
  const [nearest] = nearestNames(name, names, 1);
  throw new Error(
    `${caller}: no shipped weights are called '${name}'${nearest === undefined ? '' : `, did you mean '${nearest}'?`} ` +
      `Shipped: ${names.join(', ')}`,
  );
}
