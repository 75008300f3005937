import { basename, dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { FormatError } from '@prismamba/formats';
import { AtomicFile, readFileBytes } from '@prismamba/formats/node';
import * as tf from '@tensorflow/tfjs-core';
import { checkModelJson, weightsLength } from './model-json.js';

/**
 * A model in files, for `model.save` and `tf.loadLayersModel` in Node, where TensorFlow.js has no handler of its own:
 *
 *     await model.save(layersModelFile('gmsr/model.json'));
 *     const loaded = await tfl.loadLayersModel(layersModelFile('gmsr/model.json'));
 *
 * `<name>.json` holds the topology, `<name>.weights.bin` beside it the weights: the format of TensorFlow.js, which browsers load
 * by URL. Both are written beside the old ones first and take their names when both are complete. Loading also takes the folders
 * that other writers of the format make (several weights files), but no weights outside the folder of the `.json` file.
 *
 * @param path the `.json` file, as a path or a `file://` URL
 * @throws RangeError for a path that does not end in `.json`; saving and loading throw FileError and FormatError, which name the file
 */
export function layersModelFile(path: string | URL): tf.io.IOHandler {
  const file = pathOf(path);
  return { save: async (artifacts) => save(file, artifacts), load: () => load(file) };
}

function pathOf(path: string | URL): string {
  const text = String(path);
  // `file://name.json` is no URL of a file by the standard, but the form that TensorFlow.js's own handler takes.
  const file = text.startsWith('file:///')
    ? fileURLToPath(text)
    : text.startsWith('file://')
      ? text.slice('file://'.length)
      : text;
  if (/\.json$/i.test(file)) return file;
  throw new RangeError(
    `layersModelFile: '${text}' does not end in .json; wanted the file of the topology, for instance '${join(file, 'model.json')}'`,
  );
}

function save(file: string, artifacts: tf.io.ModelArtifacts): tf.io.SaveResult {
  const { modelTopology, weightSpecs = [], weightData } = artifacts;
  if (modelTopology === undefined || modelTopology instanceof ArrayBuffer)
    throw new RangeError(`layersModelFile: '${file}' is for a LayersModel, whose topology is JSON`);
  const { format, generatedBy, convertedBy, trainingConfig, userDefinedMetadata } = artifacts;
  const weightsPath = file.replace(/\.json$/i, '.weights.bin');
  const json: tf.io.ModelJSON = {
    modelTopology,
    ...(format === undefined ? {} : { format }),
    ...(generatedBy === undefined ? {} : { generatedBy }),
    ...(convertedBy === undefined ? {} : { convertedBy }),
    ...(trainingConfig === undefined ? {} : { trainingConfig }),
    ...(userDefinedMetadata === undefined ? {} : { userDefinedMetadata }),
    weightsManifest: [{ paths: [basename(weightsPath)], weights: weightSpecs }],
  };
  const parts = weightData === undefined ? [] : Array.isArray(weightData) ? weightData : [weightData];
  const files: AtomicFile[] = [];
  try {
    const weights = new AtomicFile(weightsPath);
    files.push(weights);
    for (const part of parts) weights.write(new Uint8Array(part));
    const topology = new AtomicFile(file);
    files.push(topology);
    topology.write(new TextEncoder().encode(`${JSON.stringify(json)}\n`));
    // The weights first: a topology that is there always has weights.
    for (const one of files) one.commit();
  } catch (error) {
    for (const one of files) one.discard();
    throw error;
  }
  return { modelArtifactsInfo: tf.io.getModelArtifactsInfoForJSON(artifacts) };
}

async function load(file: string): Promise<tf.io.ModelArtifacts> {
  const json = checkModelJson(await readFileBytes(file), file);
  return tf.io.getModelArtifactsForJSON(json, async (manifest) => {
    const paths = manifest.flatMap((group) => group.paths);
    const parts = await Promise.all(paths.map((path) => readFileBytes(join(dirname(file), path))));
    const specs = tf.io.getWeightSpecs(manifest);
    const got = parts.reduce((sum, { length }) => sum + length, 0);
    const wanted = weightsLength(specs);
    if (wanted !== undefined && got !== wanted) {
      throw new FormatError({
        name: join(dirname(file), paths.at(-1) ?? ''),
        problem: `the weights of ${file} end here after ${got} bytes`,
        offset: parts.at(-1)?.length ?? 0,
        expected: `${wanted} bytes for ${specs.length} tensors`,
      });
    }
    // In one piece: TensorFlow.js misplaces tensors where the last of several pieces is longer than the first.
    const joined = new Uint8Array(got);
    let at = 0;
    for (const part of parts) {
      joined.set(part, at);
      at += part.length;
    }
    return [specs, joined.buffer];
  });
}
