import * as tf from '@tensorflow/tfjs-core';
import { dispatchEach, type EachShader } from './dispatch-each.js';
import { newArray, sizeOf } from './gpu-arrays.js';
import { webgpuFor } from './webgpu-of.js';

const MOST_AXES = 6;
const axes = Array.from({ length: MOST_AXES }, (_, i) => i);

/** Both [N]: the same numbers in another order. */
const shader = {
  name: 'transpose',
  buffers: { input: 'read', output: 'read_write' },
  uniforms: axes.flatMap((i) => [`size${i}`, `stride${i}`]),
  body: `
fn each(to: u32) {
  var left = to;
  var at = 0u;
  ${axes.map((i) => `at += left % uniforms.size${i} * uniforms.stride${i}; left /= uniforms.size${i};`).join('\n  ')}
  output[to] = input[at];
}`,
} satisfies EachShader;

/** TensorFlow.js's Transpose, for float32 of up to 6 axes: a number at a time, from where its place in the output says. */
export const transpose: tf.KernelConfig = {
  kernelName: 'Transpose',
  backendName: 'webgpu',
  kernelFunc: ({ inputs, attrs, backend }) => {
    const gpu = webgpuFor('Transpose', backend);
    const x = inputs['x']!;
    const perm = (attrs as unknown as { perm: readonly number[] }).perm;
    if (x.dtype !== 'float32' || x.shape.length > MOST_AXES) {
      throw new Error(
        `Transpose on webgpu: got ${x.dtype} of ${x.shape.length} axes, wanted float32 of at most ${MOST_AXES}; ` +
          "TensorFlow.js's own does not compile with this device's driver",
      );
    }
    const output = newArray(
      gpu,
      perm.map((axis) => x.shape[axis]!),
    );
    const strides = [...tf.util.computeStrides(x.shape), 1];
    // The output's axes from the last to the first, and where a step along each goes in the input.
    const inner = [...perm].reverse();
    const uniforms: Record<string, number> = {};
    for (const i of axes) {
      const axis = inner[i];
      uniforms[`size${i}`] = axis === undefined ? 1 : x.shape[axis]!;
      uniforms[`stride${i}`] = axis === undefined ? 0 : strides[axis]!;
    }
    dispatchEach(gpu, shader, { buffers: { input: x, output }, uniforms, count: sizeOf(x) });
    return output;
  },
};

/** What the device says against TensorFlow.js's own kernel, which newer shader compilers refuse; undefined where it computes rightly. */
async function ownFault(): Promise<string | undefined> {
  const { device } = webgpuFor('Transpose', tf.backend());
  const [rows, columns] = [33, 40]; // more than what TensorFlow.js leaves to the CPU
  for (const shape of [[rows, columns] as const, [3, rows, columns] as const]) {
    const values = Float32Array.from({ length: shape.reduce((a: number, b) => a * b, 1) }, (_, i) => i);
    device.pushErrorScope('validation');
    const x = tf.tensor(values, [...shape]);
    const perm = shape.map((_, axis) => axis);
    const y = tf.transpose(x, [...perm.slice(0, -2), shape.length - 1, shape.length - 2]);
    const got = await y.data();
    const error = await device.popErrorScope();
    tf.dispose([x, y]);
    if (error !== null) return error.message;
    for (let i = 0; i < values.length; i++) {
      const [matrix, row, column] = [
        Math.floor(i / rows / columns),
        Math.floor(i / columns) % rows,
        i % columns,
      ];
      if (got[(matrix * columns + column) * rows + row] !== values[i]) return 'its result is wrong';
    }
  }
  return undefined;
}

/** Registers our Transpose in place of TensorFlow.js's where that one fails on this device; says why it did. */
export async function replaceBrokenTranspose(): Promise<string | undefined> {
  const fault = await ownFault();
  if (fault !== undefined) {
    tf.unregisterKernel('Transpose', 'webgpu');
    tf.registerKernel(transpose);
  }
  return fault;
}
