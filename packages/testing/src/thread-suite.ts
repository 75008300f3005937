import { setThreads, startBackend, startThreads } from '@prismamba/backend';
import { kernelPool } from '@prismamba/backend/internal';
import * as tf from '@tensorflow/tfjs-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { testNumbers } from './gradient-check.js';

/** An operator and the shapes of its inputs, large enough for several ranges of work. */
export interface ThreadedOperator {
  readonly shapes: readonly (readonly number[])[];
  readonly run: (...inputs: tf.Tensor[]) => tf.Tensor;
}

/**
 * Asserts that operators use threads on the WASM backend and give the same bits with 1, 2 and 3, gradients included. The test
 * file imports `@tensorflow/tfjs-layers` for the gradients of TensorFlow.js' own operators.
 */
export function threadSuite(operators: Readonly<Record<string, ThreadedOperator>>): void {
  beforeAll(() => startBackend('wasm'));
  afterAll(() => {
    setThreads(1);
  });

  describe.each(Object.entries(operators))('%s', (_, { shapes, run }) => {
    const result = (threads: number): Buffer[] => {
      setThreads(threads);
      expect(startThreads().threads).toBe(threads);
      return tf.tidy(() => {
        const sizes = shapes.map((shape) => shape.reduce((a, b) => a * b, 1));
        const inputs = shapes.map((shape, i) => tf.tensor(testNumbers(sizes[i]!, i + 1), [...shape]));
        const squared = (...t: tf.Tensor[]): tf.Tensor => tf.square(run(...t));
        const { value, grads } = tf.valueAndGrads(squared)(inputs);
        // Forward and backward both hand work to every other thread.
        expect(kernelPool()?.report().calls ?? 0).toBeGreaterThanOrEqual(2 * (threads - 1));
        return [value, ...grads].map((t) => Buffer.from((t.dataSync() as Float32Array).buffer));
      });
    };

    it('has the same bits with 1, 2 and 3 threads, forward and every gradient', () => {
      const before = tf.memory().numTensors;
      const alone = result(1);
      for (const bytes of alone) expect(bytes.some((byte) => byte !== 0)).toBe(true);
      for (const threads of [2, 3]) {
        result(threads).forEach((bytes, i) => {
          expect(Buffer.compare(bytes, alone[i]!), `output ${i}, ${threads} threads`).toBe(0);
        });
      }
      expect(tf.memory().numTensors).toBe(before);
    });
  });
}
