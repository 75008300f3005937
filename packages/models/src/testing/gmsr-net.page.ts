import { startBackend } from '@prismamba/backend';
import { disposeModel, getModel } from '@prismamba/models';
import '@prismamba/spectral-attention/wasm';
import '@prismamba/ssm-core/wasm';
import * as tf from '@tensorflow/tfjs-core';

export const height = 24;
export const width = 20;

interface Options {
  readonly wasmPaths?: string;
}

/** GMSR-Net with seeded initial weights on a smooth image [1, 24, 20, 3]; the 31 bands of its pixels. */
export async function runOn(name: 'wasm' | 'webgpu', options: Options) {
  const { backend, considered } = await startBackend(name, options);
  const before = tf.memory().numTensors;
  const definition = getModel('gmsr-net');
  const model = definition.build(definition.config.parse({}), { seed: 3 });
  const image = Float32Array.from(
    { length: height * width * 3 },
    (_, i) => 0.5 + (0.5 * ((i * 7919) % 1009)) / 1009 - 0.25,
  );
  const y = tf.tidy(() => model.apply(tf.tensor(image, [1, height, width, 3])) as tf.Tensor);
  const values = Array.from(await y.data());
  const { shape } = y;
  y.dispose();
  disposeModel(model);
  const { adapter } = considered.at(-1)!;
  return { backend, adapter, shape, values, leaked: tf.memory().numTensors - before };
}

export const run = (options: Options) => runOn('wasm', options);
