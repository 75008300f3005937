import type { NdArray } from '@prismamba/formats';
import type * as tfl from '@tensorflow/tfjs-layers';
import { StateDictError } from './load-state-dict.js';
import { entryVariables, readOfficial } from './model-weights.js';
import { sizeOf, type StateEntry } from './state-entry.js';

/**
 * The weights of a model as a state dictionary. Official names come in the official order, aliases with the
 * values of the tensor they share; counters that we do not keep are written as int64 zeros. Our names
 * (`layer/weight`) hold each tensor once, in our layout.
 *
 * @throws {StateDictError} where a weight holds NaN or infinity: entries and counts.
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
  checkFinite(model.name, result);
  return result;
}

/** At most this many entries are named. */
const SHOWN = 3;

function checkFinite(model: string, tensors: ReadonlyMap<string, NdArray>): void {
  const bad: string[] = [];
  for (const [name, { dtype, data }] of tensors) {
    if (dtype !== 'float32') continue;
    const count = (data as Float32Array).reduce((sum, value) => sum + (Number.isFinite(value) ? 0 : 1), 0);
    if (count > 0) bad.push(`'${name}' (${count} of ${data.length})`);
  }
  if (bad.length === 0) return;
  const more = bad.length > SHOWN ? `, and ${bad.length - SHOWN} more` : '';
  throw new StateDictError(
    `exportStateDict: model '${model}': values that are not finite in ${bad.slice(0, SHOWN).join(', ')}${more}; ` +
      'such weights reconstruct nothing: go back to a checkpoint before the training diverged',
  );
}
