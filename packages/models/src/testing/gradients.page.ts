import { startBackend } from '@prismamba/backend';
import { disposeModel, getModel } from '@prismamba/models';
import '@prismamba/spectral-attention/wasm';
import '@prismamba/ssm-core/wasm';
import * as tf from '@tensorflow/tfjs-core';
import { lossGradients } from '../gradients/loss-gradients.js';
import { noiseImage, outputShape } from './conformance.js';

/** All kernels of the two networks, in a size whose shaders a software adapter compiles in a minute. */
const networks = {
  'gmsr-net': { widths: [31], d_state: 2, drop_path_rate: 0 },
  m3sr: { num_blocks: [1] },
} as const;

/** Loss and gradients of both networks with seeded initial weights: of the input and of every weight, by name. */
export async function gradientsOn(name: 'wasm' | 'webgpu') {
  const { backend } = await startBackend(name);
  const before = tf.memory().numTensors;
  const losses: Record<string, number> = {};
  const gradients: Record<string, number[]> = {};
  for (const [key, config] of Object.entries(networks)) {
    const definition = getModel(key);
    const model = definition.build(definition.config.parse(config), { seed: 3 });
    const x = noiseImage(1, 8, 10);
    const target = tf.zeros(outputShape(x));
    const { loss, input, weights } = await lossGradients(model, x, target);
    losses[key] = loss;
    for (const [weight, gradient] of [['input', input!] as const, ...weights]) {
      gradients[`${key}: ${weight}`] = Array.from(await gradient.data());
      gradient.dispose();
    }
    tf.dispose([x, target]);
    disposeModel(model);
  }
  return { backend, losses, gradients, leaked: tf.memory().numTensors - before };
}

export const run = () => gradientsOn('wasm');
