import type { NdArray } from '@prismamba/formats';
import type * as tfl from '@tensorflow/tfjs-layers';
import { entryVariables, readOfficial } from './model-weights.js';
import { sizeOf, type StateEntry } from './state-entry.js';

/**
 * The weights of a model as a state dictionary. Official names come in the official order, aliases with the
 * values of the tensor they share; counters that we do not keep are written as int64 zeros. Our names
 * (`layer/weight`) hold each tensor once, in our layout.
 */
export async function exportStateDict(
  model: tfl.LayersModel,
  entries: readonly StateEntry[],
  names: 'official' | 'ours' = 'official',
): Promise<Map<string, NdArray>> {
  const variables = entryVariables(model, entries);
  const result = new Map<string, NdArray>();
  for (const entry of entries) {
    const variable = variables.get(entry);
    if (names === 'ours') {
      if (variable === undefined || entry.ours === undefined || entry.kind === 'alias') continue;
      const data = Float32Array.from((await variable.data()) as Float32Array);
      result.set(entry.ours, { dtype: 'float32', shape: variable.shape, data });
    } else if (variable === undefined) {
      result.set(entry.official, {
        dtype: 'int64',
        shape: entry.shape,
        data: new BigInt64Array(sizeOf(entry.shape)),
      });
    } else {
      const data = Float32Array.from(await readOfficial(variable, entry));
      result.set(entry.official, { dtype: 'float32', shape: entry.shape, data });
    }
  }
  return result;
}
