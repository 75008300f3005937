import '@tensorflow/tfjs-layers';
import * as tf from '@tensorflow/tfjs-core';
import { toFloat32 } from '@prismamba/formats';
import { eachBackend, expectRelativeError, readGolden } from '@prismamba/testing';
import { it } from 'vitest';
import { gelu } from './gelu.js';

const golden = readGolden('ops/activations.npz');
const values = (name: string) => toFloat32(golden.get(name)!);

eachBackend('gelu', () => {
  it('equals the golden, with its gradient', () => {
    const x = values('gelu_exact_x');
    tf.tidy(() => {
      const input = tf.tensor4d(x, [1, 1, x.length, 1]);
      expectRelativeError(gelu(input).dataSync(), values('gelu_exact_y'), 2e-6, 'y');
      const upstream = tf.tensor4d(values('gelu_exact_d_y'), [1, 1, x.length, 1]);
      const dx = tf.grad((v: tf.Tensor) => gelu(v as tf.Tensor4D))(input, upstream);
      expectRelativeError(dx.dataSync(), values('gelu_exact_grad_x'), 1e-5, 'grad x');
    });
  });
});
