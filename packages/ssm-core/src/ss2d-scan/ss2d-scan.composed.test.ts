import { eachBackend, expectRelativeError, testNumbers, typedArguments } from '@prismamba/testing';
import * as tf from '@tensorflow/tfjs-core';
import '@tensorflow/tfjs-layers'; // registers the gradients of TensorFlow.js' own operators
import { expect, it } from 'vitest';
import { ss2dScanOperator } from './ss2d-scan.operator.js';
import { ss2dScan, type Ss2dScanArgs } from './ss2d-scan.js';

/** The composed form runs where a backend has no kernel; CPU and WASM have one, so it is compared with theirs here. */
eachBackend('ss2dScan composed', (backend) => {
  it.skipIf(backend === 'tensorflow')(
    `gives what the kernel of ${backend} gives, with every gradient`,
    async () => {
      expect(tf.getKernel(ss2dScanOperator.name, backend)).toBeDefined();
      const [D, R, N] = [6, 2, 4];
      const shapes = {
        x: [2, 5, 3, D],
        xProjWeight: [4, R + 2 * N, D],
        dtProjsWeight: [4, D, R],
        dtProjsBias: [4, D],
        ALogs: [4 * D, N],
        Ds: [4 * D],
      };
      const names = Object.keys(shapes) as (keyof typeof shapes)[];
      const tensors = names.map((name, i) =>
        tf.tensor(
          testNumbers(
            shapes[name].reduce((a, b) => a * b, 1),
            60 + i,
            0.8,
          ),
          shapes[name],
        ),
      );
      const dy = tf.tensor(testNumbers(2 * 15 * D, 70), shapes.x);
      const named = (values: readonly tf.Tensor[]) =>
        typedArguments<Ss2dScanArgs>(Object.fromEntries(names.map((name, i) => [name, values[i]!])));
      const [y, wanted] = [ss2dScanOperator.composed(named(tensors)).y, ss2dScan(named(tensors))];
      expectRelativeError(await y.data(), await wanted.data(), 3e-6, 'y');
      const composed = tf.grads((...values) => ss2dScanOperator.composed(named(values)).y)(tensors, dy);
      const kernel = tf.grads((...values) => ss2dScan(named(values)))(tensors, dy);
      for (const [i, name] of names.entries()) {
        expectRelativeError(await composed[i]!.data(), await kernel[i]!.data(), 2e-5, `gradient of ${name}`);
      }
      tf.dispose([tensors, dy, y, wanted, composed, kernel]);
    },
  );
});
