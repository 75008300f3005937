import { startBackend } from '@prismamba/backend';
import { withLowerLimits } from '@prismamba/backend/internal';
import * as tf from '@tensorflow/tfjs-core';
import '@tensorflow/tfjs-layers'; // registers the gradients of TensorFlow.js' own operators
import { afterAll, describe, expect, it } from 'vitest';
import { expectRelativeError } from './compare.js';
import { eachBackend, whyNoWebgpu } from './each-backend.js';
import { testNumbers } from './gradient-check.js';
import { withStandardLimits } from './webgpu-device.js';

/** A call that does not fit a small device in one piece. */
export interface LimitCase {
  readonly name: string;
  /** Of the inputs, by name. */
  readonly shapes: Readonly<Record<string, readonly number[]>>;
  /** Inputs whose numbers are around -1; the others are around 0. */
  readonly negative?: readonly string[];
  /** Bytes of a binding into which the work is cut; absent where it is bound in one piece. */
  readonly binding?: number;
  readonly run: (inputs: never) => readonly tf.Tensor[];
}

/** Less than one dimension of workgroups, and than a workgroup of the usual size, has to be; every device has 8 buffers. */
const low = {
  maxComputeWorkgroupsPerDimension: 5,
  maxComputeWorkgroupStorageSize: 2048,
  maxComputeInvocationsPerWorkgroup: 16,
  maxStorageBuffersPerShaderStage: 8,
};

export const limitInputs = ({ shapes, negative = [] }: LimitCase): tf.Tensor[] =>
  Object.entries(shapes).map(([name, shape], i) => {
    const count = shape.reduce((a, b) => a * b, 1);
    return tf.tensor(testNumbers(count, i + 1, 0.5, negative.includes(name) ? -1 : 0), [...shape]);
  });

/** What a case gives for tensors in the order of its shapes. */
export const runCase = ({ shapes, run }: LimitCase, inputs: readonly tf.Tensor[]): readonly tf.Tensor[] =>
  run(Object.fromEntries(Object.keys(shapes).map((name, i) => [name, inputs[i]!])) as never);

/** Outputs and the gradient of every input. */
async function results(one: LimitCase): Promise<ArrayLike<number>[]> {
  const inputs = limitInputs(one);
  const loss = (outputs: readonly tf.Tensor[]) =>
    tf.addN(outputs.map((y) => tf.sum(tf.mul(y, tf.add(y, 1)))));
  const tensors = tf.tidy(() => [
    ...runCase(one, inputs),
    ...tf.grads((...t) => loss(runCase(one, t)))([...inputs]),
  ]);
  const values: ArrayLike<number>[] = [];
  for (const tensor of tensors) values.push(await tensor.data());
  tf.dispose([...inputs, ...tensors]);
  return values;
}

function expectSame(got: readonly ArrayLike<number>[], wanted: readonly ArrayLike<number>[], most: number) {
  expect(got.length).toBe(wanted.length);
  for (const [i, values] of got.entries()) {
    expect(Math.max(...Array.from(wanted[i]!, Math.abs))).toBeGreaterThan(1e-3);
    expectRelativeError(values, wanted[i]!, most, `result ${i}`);
  }
}

/** WebGPU kernels on devices with low limits: outputs and all gradients. */
export function limitsSuite(cases: readonly LimitCase[]): void {
  eachBackend(
    'limits of the device',
    () => {
      it.each(cases)('$name fits low ones, with the same values and gradients', async (one) => {
        const whole = await results(one);
        const { binding } = one;
        const limits = { ...low, ...(binding === undefined ? {} : { maxStorageBufferBindingSize: binding }) };
        expectSame(await withLowerLimits(limits, () => results(one)), whole, 3e-6);
      });
    },
    { backends: ['webgpu'] },
  );

  const reason = whyNoWebgpu();
  describe.skipIf(reason !== undefined)(
    `a device with the limits of every device${reason ? ` (skipped: ${reason})` : ''}`,
    () => {
      afterAll(() => startBackend('wasm'));
      it('gives the values and gradients of WASM', async () => {
        await startBackend('wasm');
        const wanted: ArrayLike<number>[][] = [];
        for (const one of cases) wanted.push(await results(one));
        await withStandardLimits(async () => {
          await startBackend('webgpu');
          const { device } = tf.backend() as unknown as { device: { limits: Record<string, number> } };
          expect(device.limits['maxStorageBuffersPerShaderStage']).toBe(8);
          expect(device.limits['maxComputeWorkgroupStorageSize']).toBe(16_384);
          for (const [i, one] of cases.entries()) expectSame(await results(one), wanted[i]!, 2e-5);
        });
      });
    },
  );
}
