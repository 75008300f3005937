import { toFloat32 } from '@prismamba/formats';
import { eachBackend, expectRelativeError, readGolden } from '@prismamba/testing';
import * as tf from '@tensorflow/tfjs-core';
import '@tensorflow/tfjs-layers'; // registers the gradients of TensorFlow.js' own operators
import { expect, it } from 'vitest';
import { gelu } from './gelu.js';

const golden = readGolden('ops/activations.npz');
const values = (name: string) => toFloat32(golden.get(name)!);

eachBackend('gelu', () => {
  it('golden: forward and gradient, and not the tanh approximation', async () => {
    const x = tf.tensor1d(values('gelu_exact_x'));
    const dy = tf.tensor1d(values('gelu_exact_d_y'));
    const y = gelu(x);
    const dx = tf.grad(gelu)(x, dy);
    expectRelativeError(await y.data(), values('gelu_exact_y'), 2e-6, 'y');
    expectRelativeError(await dx.data(), values('gelu_exact_grad_x'), 1e-5, 'grad_x');
    const approximation = values('gelu_tanh_for_contrast_y');
    expect(Math.max(...(await y.data()).map((v, i) => Math.abs(v - approximation[i]!)))).toBeGreaterThan(
      1e-4,
    );
    tf.dispose([x, dy, y, dx]);
  });
});
