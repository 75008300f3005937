import { toFloat32, type NdArray } from '@prismamba/formats';
import { nearestNames } from '@prismamba/core';
import type * as tf from '@tensorflow/tfjs-core';
import type * as tfl from '@tensorflow/tfjs-layers';
import { toOfficialLayout } from './layout.js';
import { assignOfficial, entryVariables } from './model-weights.js';
import { sizeOf, type StateEntry } from './state-entry.js';

/** Weights that do not fit the model: names the source, the entries and why. Nothing was written. */
export class StateDictError extends Error {
  override readonly name = 'StateDictError';
}

export interface LoadStateDictOptions {
  /** Named in errors, usually the file's name. */
  readonly source?: string;
  /** `false` accepts missing and unknown entries (they are listed); wrong shapes are always errors. Default `true`. */
  readonly strict?: boolean;
}

/** Every entry of file and model is in exactly one of these lists (official names; unknown ones as in the file). */
export interface LoadReport {
  /** Which names the source used. */
  readonly names: 'official' | 'ours';
  /** Learnt parameters and buffers that were read. */
  readonly loaded: readonly string[];
  /** Read and kept, but nothing in the network uses them. */
  readonly dead: readonly string[];
  /** Second names of tensors that were read under another name (or in place of it). */
  readonly aliases: readonly string[];
  /** Present in the source, but not kept (integer counters). */
  readonly notKept: readonly string[];
  /** In the source, but not in the network. */
  readonly unknown: readonly string[];
  /** In the network, but not in the source: these keep their values. */
  readonly missing: readonly string[];
  /** Entries that hold NaN or infinite values. */
  readonly nonFinite: readonly string[];
  /** Objects beside the tensors of a `.pth` that were not read, with their kind. */
  readonly unread?: readonly string[];
}

const list = (names: readonly string[], most = 8): string =>
  names.slice(0, most).join(', ') + (names.length > most ? `, ... (${names.length} in all)` : '');

const sameShape = (a: readonly number[], b: readonly number[]): boolean =>
  a.length === b.length && a.every((n, i) => n === b[i]);

/** One tensor of the source, brought to official order; throws where its shape is not the network's. */
function officialValues(
  tensor: NdArray,
  key: string,
  entry: StateEntry,
  variable: tf.Variable | undefined,
  names: 'official' | 'ours',
  source: string,
): Float32Array {
  const wanted = names === 'ours' && variable !== undefined ? variable.shape : entry.shape;
  if (!sameShape(tensor.shape, wanted)) {
    throw new StateDictError(
      `${source}: '${key}' has shape [${tensor.shape.join(', ')}], the network wants [${wanted.join(', ')}]: ` +
        'these weights belong to another model or another configuration',
    );
  }
  if (tensor.data.length !== sizeOf(wanted)) {
    throw new StateDictError(
      `${source}: '${key}' holds ${tensor.data.length} values, wanted ${sizeOf(wanted)}`,
    );
  }
  const values = toFloat32(tensor);
  return names === 'ours' ? toOfficialLayout(values, entry) : values;
}

const identical = (a: Float32Array, b: Float32Array): boolean => a.every((v, i) => Object.is(v, b[i]!));

/**
 * Writes a state dictionary, under official names (PyTorch) or ours (`layer/weight`), into a built model.
 * Everything is checked before the first weight is written. Of an alias and the tensor it names either is
 * enough; where both are present they must be equal.
 *
 * @throws {StateDictError} on a wrong shape or differing aliases; when strict, on unknown or missing entries.
 */
export function loadStateDict(
  model: tfl.LayersModel,
  entries: readonly StateEntry[],
  tensors: ReadonlyMap<string, NdArray>,
  options: LoadStateDictOptions = {},
): LoadReport {
  const { source = 'state dictionary', strict = true } = options;
  const variables = entryVariables(model, entries);
  const knownOfficial = new Set(entries.map((entry) => entry.official));
  const knownOurs = new Set(entries.flatMap((entry) => entry.ours ?? []));
  const keys = [...tensors.keys()];
  const officialHits = keys.filter((key) => knownOfficial.has(key)).length;
  const ourHits = keys.filter((key) => knownOurs.has(key)).length;
  const names = ourHits > officialHits ? 'ours' : 'official';
  const known = names === 'ours' ? knownOurs : knownOfficial;
  const unknown = keys.filter((key) => !known.has(key));
  if (unknown.length === keys.length) {
    throw new StateDictError(
      `${source}: none of its ${keys.length} entries belongs to model '${model.name}' (for instance ` +
        `'${keys[0] ?? ''}'; the model starts with '${entries[0]?.official ?? ''}'): another model's weights?`,
    );
  }

  const pending = new Map<tf.Variable, { entry: StateEntry; key: string; values: Float32Array }>();
  const found: Record<'loaded' | 'dead' | 'aliases' | 'notKept' | 'nonFinite', string[]> = {
    loaded: [],
    dead: [],
    aliases: [],
    notKept: [],
    nonFinite: [],
  };
  for (const entry of entries) {
    const variable = variables.get(entry);
    const key = names === 'ours' ? entry.ours : entry.official;
    const tensor = key === undefined ? undefined : tensors.get(key);
    if (tensor === undefined || key === undefined || (names === 'ours' && entry.kind === 'alias')) continue;
    if (variable === undefined) {
      found.notKept.push(entry.official);
      continue;
    }
    const values = officialValues(tensor, key, entry, variable, names, source);
    if (values.some((v) => !Number.isFinite(v))) found.nonFinite.push(entry.official);
    const earlier = pending.get(variable);
    if (earlier !== undefined && !identical(earlier.values, values)) {
      throw new StateDictError(
        `${source}: '${earlier.key}' and '${key}' are two names of one tensor, but their values differ`,
      );
    }
    pending.set(variable, { entry, key, values });
    if (entry.kind === 'alias') found.aliases.push(entry.official);
    else if (entry.kind === 'dead') found.dead.push(entry.official);
    else found.loaded.push(entry.official);
  }
  const missing = entries
    .filter((entry) => entry.kind !== 'alias')
    .filter((entry) => {
      const variable = variables.get(entry);
      return variable !== undefined && !pending.has(variable);
    })
    .map((entry) => entry.official);
  if (strict && (unknown.length > 0 || missing.length > 0)) {
    const [nearest] = unknown[0] === undefined ? [] : nearestNames(unknown[0], known, 1);
    const parts = [
      ...(missing.length > 0 ? [`${missing.length} missing: ${list(missing)}`] : []),
      ...(unknown.length > 0 ? [`${unknown.length} unknown: ${list(unknown)}`] : []),
      ...(nearest === undefined ? [] : [`nearest name to '${unknown[0]}' is '${nearest}'`]),
    ];
    throw new StateDictError(
      `${source}: does not fit model '${model.name}': ${parts.join('; ')} (strict: false loads what fits)`,
    );
  }
  for (const [variable, { entry, values }] of pending) assignOfficial(variable, entry, values);
  return { names, ...found, unknown, missing };
}
