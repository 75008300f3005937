import * as tf from '@tensorflow/tfjs-core';
import { dispatchEach, type EachShader } from './dispatch-each.js';
import { sizeOf } from './gpu-arrays.js';
import { webgpuFor } from './webgpu-of.js';

/**
 * WGSL of a test for NaN by its bits. A shader compiler may assume that there are no NaN, and what `exp`, `min`, `max`, `clamp` and
 * comparisons make of one is left to the device; bits are only bits.
 */
export const IS_NAN = `
fn isNan(v: f32) -> bool { return (bitcast<u32>(v) & 0x7fffffffu) > 0x7f800000u; }
`;

/** Kernels of TensorFlow.js by the name of their input; how many numbers in a row depend on each other. */
const kernels: Readonly<Record<string, { readonly input: string; readonly together: 'one' | 'row' }>> = {
  Elu: { input: 'x', together: 'one' },
  Exp: { input: 'x', together: 'one' },
  Expm1: { input: 'x', together: 'one' },
  Log: { input: 'x', together: 'one' },
  Selu: { input: 'x', together: 'one' },
  Sigmoid: { input: 'x', together: 'one' },
  Softmax: { input: 'logits', together: 'row' },
  Softplus: { input: 'x', together: 'one' },
};

/** x and y are both [count, together]: a row of y becomes NaN where x has one in it. */
const shader = {
  name: 'keepNan',
  buffers: { x: 'read', y: 'read_write' },
  uniforms: ['together'],
  body: `${IS_NAN}
fn each(row: u32) {
  let first = row * uniforms.together;
  for (var i = first; i < first + uniforms.together; i++) {
    if (isNan(x[i])) {
      for (var k = first; k < first + uniforms.together; k++) { y[k] = x[i]; }
      return;
    }
  }
}`,
} satisfies EachShader;

function wrap(original: tf.KernelConfig, input: string, together: 'one' | 'row'): tf.KernelConfig {
  return {
    ...original,
    kernelFunc: (call) => {
      const x = call.inputs[input]!;
      const y = original.kernelFunc(call) as tf.TensorInfo;
      const numbers = together === 'one' ? 1 : (x.shape.at(-1) ?? 1);
      if (x.dtype !== 'float32' || y.dtype !== 'float32' || sizeOf(x) === 0) return y;
      const gpu = webgpuFor(original.kernelName, call.backend);
      dispatchEach(gpu, shader, {
        buffers: { x, y },
        uniforms: { together: numbers },
        count: sizeOf(x) / numbers,
      });
      return y;
    },
  };
}

/** More than what TensorFlow.js leaves to the CPU. */
const PROBE = { rows: 32, columns: 40 } as const;

/**
 * Where a kernel of TensorFlow.js gives a number for NaN on this device (SwiftShader's exp(NaN) is infinite, and a sigmoid of NaN
 * 0), a pass behind it puts the NaN back. A device that keeps NaN keeps TensorFlow.js's kernels. Gives the names of those that were mended.
 */
export async function keepNan(): Promise<string[]> {
  const { rows, columns } = PROBE;
  const values = new Float32Array(rows * columns).fill(0.5);
  const at = 5 * columns + 7;
  values[at] = NaN;
  const x = tf.tensor(values, [rows, columns]);
  const found = Object.entries(kernels).flatMap(([name, { input, together }]) => {
    const kernel = tf.getKernel(name, 'webgpu');
    if (kernel === undefined) return [];
    const attrs = (name === 'Softmax' ? { dim: 1 } : {}) as tf.NamedAttrMap;
    const y = tf.engine().runKernel<tf.Tensor>(name, { [input]: x }, attrs);
    return [{ name, kernel, input, together, y }];
  });
  const mended: string[] = [];
  for (const { name, kernel, input, together, y } of found) {
    const got = await y.data();
    // The last of the row, where all of it depends on the NaN.
    if (!Number.isNaN(got[together === 'one' ? at : 6 * columns - 1])) {
      tf.unregisterKernel(name, 'webgpu');
      tf.registerKernel(wrap(kernel, input, together));
      mended.push(name);
    }
    y.dispose();
  }
  x.dispose();
  return mended;
}
