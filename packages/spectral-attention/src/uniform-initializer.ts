import * as tf from '@tensorflow/tfjs-core';
import * as tfl from '@tensorflow/tfjs-layers';

type Initializer = ReturnType<typeof tfl.initializers.zeros>;

/**
 * PyTorch's default for convolutions and linear layers: uniform in +-1/sqrt(fan_in). The values follow from the
 * seed and the weight's name alone.
 */
export function fanInUniform(fanIn: number, seed: number, name: string): Initializer {
  const bound = 1 / Math.sqrt(fanIn);
  return fromFunction((shape) => tf.randomUniform(shape, -bound, bound, 'float32', `${seed}/${name}`));
}

/** An initializer that calls `make`; layers build it from their config, so it is never serialized itself. */
function fromFunction(make: (shape: number[]) => tf.Tensor): Initializer {
  const initializer = tfl.initializers.zeros();
  initializer.apply = (shape) => make(shape.map((size) => size ?? 1));
  return initializer;
}
