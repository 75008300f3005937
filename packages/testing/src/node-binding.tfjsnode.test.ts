import * as tf from '@tensorflow/tfjs-core';
import { expect, it } from 'vitest';
import { startBackend } from '@prismamba/backend';
import { nodeBindingKernels } from './native-tensorflow.js';

it('the real binding starts, is trusted, and has the kernels that the stand-in is made of', async () => {
  const report = await startBackend('tensorflow');
  expect(report.considered).toMatchObject([{ peer: '@tensorflow/tfjs-node', device: 'cpu' }]);
  expect(tf.backend()).toHaveProperty('binding.TF_Version', '2.9.1');
  const kernels = tf.getKernelsForBackend('tensorflow').map(({ kernelName }) => kernelName);
  expect(kernels.sort()).toEqual(nodeBindingKernels);
});
