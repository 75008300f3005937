import * as tf from '@tensorflow/tfjs-core';
import { startBackend } from '@prismamba/backend';
import { afterAll, beforeAll, describe, expect } from 'vitest';

export type TestBackend = 'cpu' | 'wasm';

export interface EachBackendOptions {
  readonly backends?: readonly TestBackend[];
  /** Tensors that a suite keeps on purpose (for instance cached weights); 0 unless stated. */
  readonly allowedTensors?: number;
}

/**
 * Runs one suite on every backend: starts it, asserts that it really is the one in use, and fails when the
 * suite leaves tensors behind.
 */
export function eachBackend(
  name: string,
  suite: (backend: TestBackend) => void,
  { backends = ['cpu', 'wasm'], allowedTensors = 0 }: EachBackendOptions = {},
): void {
  describe.each(backends)(`${name} [%s]`, (backend) => {
    let before = 0;
    beforeAll(async () => {
      await startBackend(backend);
      expect(tf.getBackend()).toBe(backend);
      before = tf.memory().numTensors;
    });
    suite(backend);
    afterAll(() => {
      expect(tf.memory().numTensors - before, 'tensors leaked by this suite').toBeLessThanOrEqual(
        allowedTensors,
      );
    });
  });
}

/** Runs `body` and throws when it left tensors behind. */
export async function expectNoLeak<T>(body: () => T | Promise<T>, kept = 0): Promise<T> {
  const before = tf.memory().numTensors;
  const result = await body();
  const leaked = tf.memory().numTensors - before - kept;
  if (leaked !== 0) throw new Error(`expectNoLeak: ${leaked} tensors left behind`);
  return result;
}
