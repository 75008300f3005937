import { FormatError } from '@prismamba/formats';
import type { io } from '@tensorflow/tfjs-core';

const isObject = (value: unknown): value is Readonly<Record<string, unknown>> =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

/** A file beside the topology: nothing that a model file says leads out of its folder. */
const isBeside = (path: unknown) =>
  typeof path === 'string' &&
  path !== '' &&
  !/^[/\\]|^[a-z]:|[\\\0]/i.test(path) &&
  !path.split('/').includes('..');

/**
 * The content of a `model.json`, looked at before anything is made of it.
 *
 * @throws FormatError: no JSON, no layers model, weights in another folder, a tensor without name, shape or type
 */
export function checkModelJson(bytes: Uint8Array, name: string): io.ModelJSON {
  const fail = (problem: string, expected: string, cause?: unknown) =>
    new FormatError({ name, problem, expected, ...(cause === undefined ? {} : { cause }) });
  const kind = 'a layers model of TensorFlow.js, { modelTopology, weightsManifest }';
  let json: unknown;
  try {
    json = JSON.parse(new TextDecoder().decode(bytes));
  } catch (cause) {
    throw fail('this is no JSON', kind, cause);
  }
  if (!isObject(json) || !isObject(json['modelTopology'])) throw fail("it has no 'modelTopology'", kind);
  if (json['format'] === 'graph-model')
    throw fail('this is a graph model', `${kind}; tf.loadGraphModel reads graph models`);
  const { weightsManifest: groups } = json;
  if (!Array.isArray(groups)) throw fail("it has no 'weightsManifest'", kind);
  for (const group of groups as unknown[]) {
    const [paths, weights] = isObject(group) ? [group['paths'], group['weights']] : [];
    if (!Array.isArray(paths) || !Array.isArray(weights))
      throw fail("a group of 'weightsManifest' is incomplete", '{ paths, weights }');
    const elsewhere: unknown = paths.find((path) => !isBeside(path));
    if (elsewhere !== undefined)
      throw fail(`its weights are in ${JSON.stringify(elsewhere)}`, 'a file in the folder of the model');
    for (const spec of weights as unknown[]) {
      const isSpec =
        isObject(spec) &&
        typeof spec['name'] === 'string' &&
        typeof spec['dtype'] === 'string' &&
        Array.isArray(spec['shape']) &&
        spec['shape'].every((size) => Number.isSafeInteger(size) && size >= 0);
      if (!isSpec) throw fail(`it lists the tensor ${JSON.stringify(spec)}`, '{ name, shape, dtype }');
    }
  }
  return json as unknown as io.ModelJSON;
}

const BYTES: Readonly<Record<string, number>> = {
  bool: 1,
  uint8: 1,
  uint16: 2,
  float16: 2,
  int32: 4,
  float32: 4,
  complex64: 8,
};

/** Bytes of all tensors together; undefined where one has a type whose length the list does not tell (strings). */
export function weightsLength(specs: readonly io.WeightsManifestEntry[]): number | undefined {
  let sum = 0;
  for (const { shape, dtype, quantization } of specs) {
    const size = BYTES[quantization?.dtype ?? dtype];
    if (size === undefined) return undefined;
    sum += size * shape.reduce((product, side) => product * side, 1);
  }
  return sum;
}
