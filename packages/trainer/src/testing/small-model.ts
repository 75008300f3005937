import * as tf from '@tensorflow/tfjs-core';
import * as tfl from '@tensorflow/tfjs-layers';
import type { Patch, PatchSet } from '../batches/shuffled-batches.js';

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

/** Patches whose cube is a fixed function of their RGB, so that there is something to learn. For tests. */
export function smallPatches(length: number, { size = 6, bands = 4 } = {}): PatchSet {
  return {
    length,
    patchAt(index) {
      const rgb = Float32Array.from(
        { length: size * size * 3 },
        (_, i) => 0.5 + 0.5 * Math.sin(i * 12.9 + index * 7.1),
      );
      const cube = new Float32Array(size * size * bands);
      for (let p = 0; p < size * size; p++) {
        for (let b = 0; b < bands; b++) cube[p * bands + b] = 0.3 * rgb[3 * p + (b % 3)]! + 0.1 * b;
      }
      return { rgb, cube, height: size, width: size } satisfies Patch;
    },
  };
}
