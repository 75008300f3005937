import { nearestNames } from '@prismamba/core';
import { agdNet } from './agd-net/agd-net.js';
import { awan } from './awan/awan.js';
import { edsr } from './edsr/edsr.js';
import { gmsrNet } from './gmsr-net/gmsr-net.js';
import { hdnet } from './hdnet/hdnet.js';
import { hrnet } from './hrnet/hrnet.js';
import { hscnnPlus } from './hscnn-plus/hscnn-plus.js';
import { hsrnet } from './hsrnet/hsrnet.js';
import { mscnn } from './mscnn/mscnn.js';
import { repcpsi } from './repcpsi/repcpsi.js';
import { m3sr } from './m3sr/m3sr.js';
import { meanSpectrum } from './mean-spectrum/mean-spectrum.js';
import { mstPlusPlus } from './mst-plus-plus/mst-plus-plus.js';
import type { ModelDefinition } from './model-definition.js';
import { checkedDefinition } from './model-options.js';
import { polynomialRegression } from './polynomial-regression/polynomial-regression.js';

/** Every model, in the order in which tables list them. */
const definitions: readonly ModelDefinition[] = [
  gmsrNet,
  m3sr,
  agdNet,
  mstPlusPlus,
  hscnnPlus,
  hrnet,
  mscnn,
  hsrnet,
  repcpsi,
  awan,
  hdnet,
  edsr,
  polynomialRegression,
  meanSpectrum,
];

const byKey = new Map(definitions.map((definition) => [definition.key, checkedDefinition(definition)]));

/** Keys of all models, for instance `gmsr-net`. */
export function listModels(): readonly string[] {
  return [...byKey.keys()];
}

/** @throws when no model has that key; the message gives the nearest name and all names. */
export function getModel(key: string): ModelDefinition {
  return findModel('getModel', key);
}

/** `getModel` in the words of the function that somebody called. */
export function findModel(caller: string, key: string): ModelDefinition {
  const definition = byKey.get(key);
  if (definition === undefined) {
    const [nearest] = nearestNames(key, byKey.keys(), 1);
    throw new Error(
      `${caller}: unknown model '${key}'${nearest === undefined ? '' : `, did you mean '${nearest}'?`} ` +
        `Models: ${listModels().join(', ')}`,
    );
  }
  return definition;
}
