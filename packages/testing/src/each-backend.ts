import * as tf from '@tensorflow/tfjs-core';
import { startBackend } from '@prismamba/backend';
import { startNativeTensorflow } from './native-tensorflow.js';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';

export type TestBackend = 'cpu' | 'wasm' | 'webgpu' | 'tensorflow';

const lane = process.env['PRISMAMBA_LANE'];
/** Why tests on WebGPU are skipped here: the lane's environment says it (tools/webgpu/adapter.mjs). */
export const whyNoWebgpu = (): string | undefined => process.env['PRISMAMBA_NO_WEBGPU'];

/**
 * The backends that a suite runs on: CPU and WASM unless it names others. The lane `webgpu` runs the same suites on that backend and on
 * no other; with PRISMAMBA_TEST_BACKEND=tensorflow (`npm run test:tfjs-node`) those that run on the reference backend run on that one.
 */
function chosenBackends(backends: readonly TestBackend[] | undefined): readonly TestBackend[] {
  const asked = process.env['PRISMAMBA_TEST_BACKEND'];
  if (asked !== undefined) {
    if (asked !== 'tensorflow') throw new Error(`PRISMAMBA_TEST_BACKEND=${asked}: wanted tensorflow`);
    const list = backends ?? ['cpu', 'wasm'];
    return list.includes('cpu') || list.includes(asked) ? [asked] : [];
  }
  const here: readonly TestBackend[] = lane === 'webgpu' ? ['webgpu'] : ['cpu', 'wasm'];
  return (backends ?? here).filter((backend) => here.includes(backend));
}

/** Mistakes that the device finds in a shader or a call come later and to nobody: they are kept for the suite. */
function watchDevice(backend: object): string[] {
  const messages: string[] = [];
  const { device } = backend as {
    device: { onuncapturederror: ((event: { error: { message: string } }) => void) | null };
  };
  device.onuncapturederror = ({ error }) => messages.push(error.message);
  return messages;
}

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
  { backends, allowedTensors = 0 }: EachBackendOptions = {},
): void {
  const reason = whyNoWebgpu();
  if (reason !== undefined) {
    describe.skip(`${name} (skipped: ${reason})`, () => suite('webgpu'));
    return;
  }
  const chosen = chosenBackends(backends);
  if (chosen.length === 0 && process.env['PRISMAMBA_TEST_BACKEND'] !== undefined) {
    // A file without a single test is an error.
    it.skip(`${name}: on its own backends only`, () => undefined);
  }
  describe.each(chosen)(`${name} [%s]`, (backend) => {
    let before = 0;
    let mistakes: readonly string[] = [];
    beforeAll(async () => {
      await (backend === 'tensorflow' ? startNativeTensorflow() : startBackend(backend));
      expect(tf.getBackend()).toBe(backend);
      if (backend === 'webgpu') mistakes = watchDevice(tf.backend());
      before = tf.memory().numTensors;
    });
    suite(backend);
    afterAll(() => {
      expect(mistakes, 'mistakes that the device reported').toEqual([]);
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
