import { eachBackend, expectRelativeError, testNumbers } from '@prismamba/testing';
import * as tf from '@tensorflow/tfjs-core';
import { expect, it } from 'vitest';
import { mergeProjectedGateOperator } from './merge-norm-gate-linear.operator.js';

const [D, C] = [7, 5];
const shapes = {
  y: [2, 9, 11, D],
  x: [2, 9, 11, C],
  gamma: [D],
  beta: [D],
  weight: [C, D],
  splitWeight: [2 * D, C],
  splitGamma: [C],
  splitBeta: [C],
} as const;

eachBackend(
  'mergeProjectedGate',
  () => {
    it.each(['with a norm in front of the projection', 'without'])(
      'the kernel is the composed form, %s',
      async (which) => {
        expect(mergeProjectedGateOperator.hasKernel()).toBe(true);
        const tensors = Object.entries(shapes).map(([name, shape], i) => {
          const size = shape.reduce<number>((product, length) => product * length, 1);
          return [
            name,
            tf.tensor(testNumbers(size, 5 + i, 1, name.endsWith('amma') ? 1 : 0.2), [...shape]),
          ] as const;
        });
        const used = tensors.filter(([name]) => which !== 'without' || !/^split[GB]/.test(name));
        const inputs = Object.fromEntries(used) as never;
        const { out } = mergeProjectedGateOperator.runKernel(inputs, { epsilon: 1e-5 }, false);
        const wanted = mergeProjectedGateOperator.composed(inputs, { epsilon: 1e-5 }).out;
        expectRelativeError(await out.data(), await wanted.data(), 3e-6);
        tf.dispose([out, wanted, ...tensors.map(([, tensor]) => tensor)]);
      },
    );
  },
  { backends: ['wasm', 'webgpu'] },
);
