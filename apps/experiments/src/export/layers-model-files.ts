import { basename, extname } from 'node:path';
import { writeFileAtomic } from '@prismamba/formats/node';
import * as tf from '@tensorflow/tfjs-core';
import type * as tfl from '@tensorflow/tfjs-layers';
import { version } from '../version.js';

/** What a model's topology and weights are, from `model.save`. */
async function artifactsOf(model: tfl.LayersModel): Promise<tf.io.ModelArtifacts> {
  let saved: tf.io.ModelArtifacts | undefined;
  const handler = tf.io.withSaveHandler((artifacts) => {
    saved = artifacts;
    return Promise.resolve({ modelArtifactsInfo: { dateSaved: new Date(0), modelTopologyType: 'JSON' } });
  });
  await model.save(handler);
  return saved!;
}

function weightBytes(data: tf.io.WeightData | undefined): Uint8Array {
  return Buffer.concat(
    (Array.isArray(data) ? data : data === undefined ? [] : [data]).map((part) => new Uint8Array(part)),
  );
}

/**
 * Writes a TensorFlow.js layers model: `<out>` (model.json) and the weights in one file beside it, the weights first,
 * so that a model.json always has its weights. `tf.loadLayersModel` reads it where `@prismamba/models` is imported
 * (its layers are classes of their own).
 *
 * @returns the files.
 */
export async function writeLayersModel(
  out: string,
  model: tfl.LayersModel,
  metadata: Readonly<Record<string, string>>,
): Promise<string[]> {
  const artifacts = await artifactsOf(model);
  const weightsPath = `${out.slice(0, out.length - extname(out).length)}.weights.bin`;
  const json = {
    format: 'layers-model',
    generatedBy: `prismamba ${version}`,
    convertedBy: null,
    modelTopology: artifacts.modelTopology,
    userDefinedMetadata: metadata,
    weightsManifest: [{ paths: [basename(weightsPath)], weights: artifacts.weightSpecs }],
  };
  writeFileAtomic(weightsPath, weightBytes(artifacts.weightData));
  writeFileAtomic(out, new TextEncoder().encode(`${JSON.stringify(json)}\n`));
  return [out, weightsPath];
}
