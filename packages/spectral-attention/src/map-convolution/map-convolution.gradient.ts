import * as tf from '@tensorflow/tfjs-core';
import { hasKernel } from '../simd/usable.wasm.js';
import { mapConvolutionComposed } from './map-convolution.composed.js';
import { MAP_CONVOLUTION, MAP_CONVOLUTION_GRADIENT } from './map-convolution.names.js';
import type { MapConvolutionArgs } from './map-convolution.js';

/** Runs the backend's kernel where it has one, the composed form where it has not. */
export function runMapConvolution({ maps, weight }: MapConvolutionArgs): tf.Tensor4D {
  if (!hasKernel(MAP_CONVOLUTION)) return mapConvolutionComposed({ maps, weight });
  return tf.engine().runKernel<tf.Tensor4D>(MAP_CONVOLUTION, { maps, weight });
}

tf.registerGradient({
  kernelName: MAP_CONVOLUTION,
  inputsToSave: ['maps', 'weight'],
  gradFunc: (dy, saved) => {
    const [maps, weight] = saved as [tf.Tensor, tf.Tensor];
    const inputs = { maps, weight, dy: dy as tf.Tensor };
    const [dmaps, dweight] = tf.engine().runKernel(MAP_CONVOLUTION_GRADIENT, inputs) as unknown as [
      tf.Tensor,
      tf.Tensor,
    ];
    return { maps: () => dmaps, weight: () => dweight };
  },
});
