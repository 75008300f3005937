import * as tf from '@tensorflow/tfjs-core';
import * as tfl from '@tensorflow/tfjs-layers';
import type { BatchSource } from '../batches/batch-source.js';

/** A drop path of one keep-or-drop per step, to see that the random state arrives. For tests. */
export class CoinLayer extends tfl.layers.Layer {
  static readonly className = 'CoinLayer';
  private keep = true;
  setRandomState(seed: number, step: number): void {
    this.keep = (Math.imul(seed + 1, 7919) + Math.imul(step, 104729)) % 3 !== 0;
  }
  override call(inputs: tf.Tensor | tf.Tensor[], kwargs: { training?: boolean }): tf.Tensor {
    const x = Array.isArray(inputs) ? inputs[0]! : inputs;
    return tf.mul(x, kwargs.training === true && !this.keep ? 0.5 : 1);
  }
}

/** RGB to `bands` bands by two convolutions; the same initial weights at each call. For tests. */
export function smallModel(bands = 4): tfl.Sequential {
  const kernel = (seed: number) => tfl.initializers.glorotUniform({ seed });
  return tfl.sequential({
    layers: [
      tfl.layers.conv2d({
        name: 'first',
        filters: 6,
        kernelSize: 3,
        padding: 'same',
        activation: 'tanh',
        kernelInitializer: kernel(1),
        inputShape: [null, null, 3],
      }),
      new CoinLayer({ name: 'coin' }),
      tfl.layers.conv2d({ name: 'second', filters: bands, kernelSize: 1, kernelInitializer: kernel(2) }),
    ],
  });
}

/** Batches of 3 whose cube is a fixed function of their RGB, so that there is something to learn. For tests. */
export function smallBatches({ seed = 5, size = 6, bands = 4 } = {}): BatchSource {
  const batchSize = 3;
  const pixels = batchSize * size * size;
  return {
    batchSize,
    stepsPerEpoch: 3,
    batchAt(step) {
      const phase = seed * 3.3 + step * 7.1;
      const rgb = Float32Array.from({ length: pixels * 3 }, (_, i) => 0.5 + 0.5 * Math.sin(i * 12.9 + phase));
      const cube = Float32Array.from(
        { length: pixels * bands },
        (_, i) => 0.3 * rgb[3 * Math.floor(i / bands) + ((i % bands) % 3)]! + 0.1 * (i % bands),
      );
      return Promise.resolve({ rgb, cube, size: batchSize, height: size, width: size, bands });
    },
  };
}
