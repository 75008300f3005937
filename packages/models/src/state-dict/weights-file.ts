import {
  FormatError,
  readSafetensors,
  readStateDict,
  writeSafetensors,
  type NdArray,
} from '@prismamba/formats';
import type * as tfl from '@tensorflow/tfjs-layers';
import type { ModelDefinition } from '../model-definition.js';
import { exportStateDict } from './export-state-dict.js';
import {
  loadStateDict,
  StateDictError,
  type LoadReport,
  type LoadStateDictOptions,
} from './load-state-dict.js';

/** Key of the model's name in the metadata of our safetensors files. */
export const MODEL_KEY = 'prismamba.model';
/** Key of the model's configuration (JSON) in the metadata of our safetensors files. */
export const CONFIG_KEY = 'prismamba.config';

/** Tensors of a weights file and what it says about itself. */
export interface WeightsFile {
  readonly format: 'pth' | 'safetensors';
  readonly tensors: Map<string, NdArray>;
  readonly metadata: Readonly<Record<string, string>>;
  /** Objects of other kinds in the file that were not read (a namespace, a date, a NumPy scalar), with their kind. */
  readonly unread: readonly string[];
}

/**
 * Reads a `.pth` (zip form: a plain state dictionary or a training checkpoint) or a safetensors file; which
 * of the two is told from the first bytes. Nothing in the file is executed.
 *
 * @throws {FormatError} on anything else, truncated or hostile.
 */
export function readWeightsFile(bytes: Uint8Array, source = 'weights'): WeightsFile {
  if (bytes.length < 9) {
    throw new FormatError({
      name: source,
      problem: `${bytes.length} bytes are too few for a weights file`,
      expected: 'a PyTorch .pth (zip form) or a safetensors file',
    });
  }
  // A safetensors file starts with its header's length, which may begin with the bytes of any other format, but
  // byte 8 opens the header. Else: `PK`, a zip; 0x80, a pickle without a zip around it (PyTorch before 1.6), whose
  // reader says what to do.
  const isZip = bytes[0] === 0x50 && bytes[1] === 0x4b;
  if (bytes[8] !== 0x7b && (isZip || bytes[0] === 0x80)) {
    const unread: string[] = [];
    const onUnread = (entry: string, kind: string) => unread.push(`${entry} (${kind})`);
    return { format: 'pth', tensors: readStateDict(bytes, { name: source, onUnread }), metadata: {}, unread };
  }
  if (bytes[8] !== 0x7b) {
    throw new FormatError({
      name: source,
      offset: 0,
      problem: 'neither a zip (PyTorch) nor the JSON header of a safetensors file starts here',
      expected: 'a PyTorch .pth (zip form) or a safetensors file',
    });
  }
  const { tensors, metadata } = readSafetensors(bytes, { name: source });
  return { format: 'safetensors', tensors, metadata, unread: [] };
}

/**
 * Loads a weights file (see {@link readWeightsFile}) into a built model.
 *
 * @throws {StateDictError} where the file says that it belongs to another model, or where entries do not fit.
 */
export function loadWeights<Config extends object>(
  model: tfl.LayersModel,
  definition: ModelDefinition<Config>,
  config: Config,
  bytes: Uint8Array,
  options: LoadStateDictOptions = {},
): LoadReport {
  const { source = 'weights' } = options;
  const { tensors, metadata, unread } = readWeightsFile(bytes, source);
  const owner = metadata[MODEL_KEY];
  if (owner !== undefined && owner !== definition.key) {
    throw new StateDictError(`${source}: holds weights of model '${owner}', not of '${definition.key}'`);
  }
  const fitting = definition.adaptWeights?.(tensors, config) ?? tensors;
  return { ...loadStateDict(model, definition.stateDict(config), fitting, { ...options, source }), unread };
}

/** The weights of a model as a safetensors file, with the model's key, its configuration and `notes` in its metadata. */
export async function saveWeights<Config extends object>(
  model: tfl.LayersModel,
  definition: ModelDefinition<Config>,
  config: Config,
  names: 'official' | 'ours' = 'official',
  notes: Readonly<Record<string, string>> = {},
): Promise<Uint8Array> {
  const tensors = await exportStateDict(model, definition.stateDict(config), names);
  return writeSafetensors(tensors, {
    ...notes,
    format: 'pt',
    [MODEL_KEY]: definition.key,
    [CONFIG_KEY]: JSON.stringify(config),
  });
}
