import { startBackend } from '@prismamba/backend';
import { disposeModel, getModel } from '@prismamba/models';
import '@prismamba/spectral-attention/wasm';
import '@prismamba/ssm-core/wasm';
import * as tf from '@tensorflow/tfjs-core';

export const height = 24;
export const width = 20;

/** GMSR-Net with seeded initial weights on a smooth image [1, 24, 20, 3]; the 31 bands of its pixels. */
export async function run({ wasmPaths }: { wasmPaths?: string }) {
  const { backend } = await startBackend('wasm', wasmPaths === undefined ? {} : { wasmPaths });
  const before = tf.memory().numTensors;
  const definition = getModel('gmsr-net');
  const model = definition.build(definition.config.parse({}), { seed: 3 });
  const image = Float32Array.from(
    { length: height * width * 3 },
    (_, i) => 0.5 + (0.5 * ((i * 7919) % 1009)) / 1009 - 0.25,
  );
  const output = tf.tidy(() => {
    const y = model.apply(tf.tensor(image, [1, height, width, 3])) as tf.Tensor;
    return { shape: y.shape, values: Array.from(y.dataSync()) };
  });
  disposeModel(model);
  return { backend, ...output, leaked: tf.memory().numTensors - before };
}
