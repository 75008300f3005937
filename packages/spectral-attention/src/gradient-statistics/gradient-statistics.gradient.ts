import * as tf from '@tensorflow/tfjs-core';
import { hasKernel } from '../simd/usable.wasm.js';
import { gradientStatisticsComposed } from './gradient-statistics.composed.js';
import { GRADIENT_STATISTICS, GRADIENT_STATISTICS_GRADIENT } from './gradient-statistics.names.js';

/** Runs the backend's kernel where it has one, the composed form where it has not. */
export function runGradientStatistics(x: tf.Tensor4D): [tf.Tensor4D, tf.Tensor3D] {
  if (!hasKernel(GRADIENT_STATISTICS)) return gradientStatisticsComposed(x);
  const outputs = tf.engine().runKernel(GRADIENT_STATISTICS, { x }) as unknown as tf.Tensor[];
  const [maps, pooled, rows] = outputs as [tf.Tensor4D, tf.Tensor3D, tf.Tensor];
  rows.dispose(); // the gradient keeps what it needs
  return [maps, pooled];
}

tf.registerGradient({
  kernelName: GRADIENT_STATISTICS,
  inputsToSave: ['x'],
  outputsToSave: [true, true, true],
  gradFunc: (dy, saved) => {
    const [x, maps, pooled, rows] = saved as [tf.Tensor, tf.Tensor, tf.Tensor, tf.Tensor];
    const [dmaps, dpooled] = dy as [tf.Tensor, tf.Tensor];
    const inputs = { x, maps, pooled, rows, dmaps, dpooled };
    return { x: () => tf.engine().runKernel<tf.Tensor>(GRADIENT_STATISTICS_GRADIENT, inputs) };
  },
});
