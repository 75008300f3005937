import * as tf from '@tensorflow/tfjs-core';
import { gpuLimits } from './gpu-limits.js';
import { webgpuFor } from './webgpu-of.js';

/**
 * TensorFlow.js's AddN binds all its inputs at once, which a device refuses beyond its limit (8 buffers, the output among them, unless
 * more were asked for): here as many at a time as it takes, from the first on.
 */
export function cutAddN(): void {
  const original = tf.getKernel('AddN', 'webgpu');
  if (original === undefined) return;
  tf.unregisterKernel('AddN', 'webgpu');
  tf.registerKernel({
    ...original,
    kernelFunc: ({ inputs, backend, attrs }) => {
      const gpu = webgpuFor('AddN', backend);
      const most = gpuLimits(gpu).maxStorageBuffersPerShaderStage - 1;
      const all = inputs as unknown as tf.TensorInfo[];
      const add = (some: tf.TensorInfo[]) =>
        original.kernelFunc({ inputs: some as never, backend, attrs }) as tf.TensorInfo;
      let sum = add(all.slice(0, most));
      for (let begin = most; begin < all.length; begin += most - 1) {
        const next = add([sum, ...all.slice(begin, begin + most - 1)]);
        gpu.disposeData(sum.dataId);
        sum = next;
      }
      return sum;
    },
  });
}
