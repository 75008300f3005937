import type * as tf from '@tensorflow/tfjs-core';
import type { ModelLayer } from './model.js';

/** A layer whose `call` can be watched: every TensorFlow.js layer. */
interface Callable extends ModelLayer {
  call(inputs: unknown, kwargs: unknown): tf.Tensor | tf.Tensor[];
}

const isCallable = (layer: ModelLayer): layer is Callable =>
  'call' in layer && typeof layer.call === 'function';

function* leafLayers(layers: readonly ModelLayer[]): Generator<ModelLayer> {
  for (const layer of layers) {
    if (layer.layers === undefined) yield layer;
    else yield* leafLayers(layer.layers);
  }
}

/**
 * Runs every layer's `call` through `around` while `body` runs; the layers are as before afterwards, also after an error.
 * `around` gets the layer's name and its call, and returns what the call returned or tensors in its place.
 */
export async function watchLayers<T>(
  layers: readonly ModelLayer[],
  around: (name: string, call: () => tf.Tensor | tf.Tensor[]) => tf.Tensor | tf.Tensor[],
  body: () => T | Promise<T>,
): Promise<T> {
  const watched: Callable[] = [];
  for (const layer of leafLayers(layers)) {
    if (!isCallable(layer) || Object.hasOwn(layer, 'call')) continue;
    const call = layer.call.bind(layer);
    layer.call = (inputs, kwargs) => around(layer.name, () => call(inputs, kwargs));
    watched.push(layer);
  }
  try {
    return await body();
  } finally {
    for (const layer of watched) delete (layer as Partial<Callable>).call;
  }
}
