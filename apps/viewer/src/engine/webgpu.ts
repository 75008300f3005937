// What only a page with WebGPU fetches: TensorFlow.js's backend and our kernels for it, registered by this import.
import '@prismamba/ssm-core/webgpu';
import '@tensorflow/tfjs-backend-webgpu';
import { ss2dScan } from '@prismamba/ssm-core';
import { ss2dScan as ss2dScanOnArrays } from '@prismamba/ssm-core/arrays';
import * as tf from '@tensorflow/tfjs-core';

/** Largest difference over the largest value that is rounding on any GPU; a wrong kernel is off by far more. */
const TOLERANCE = 1e-3;

const [height, width, channels, rank, states] = [5, 7, 16, 2, 4];
const shapes = {
  x: [1, height, width, channels],
  xProjWeight: [4, rank + 2 * states, channels],
  dtProjsWeight: [4, channels, rank],
  dtProjsBias: [4, channels],
  ALogs: [4 * channels, states],
  Ds: [4 * channels],
} as const;

/** Small numbers without a pattern that an exchanged axis would leave as it is. */
function input(shape: readonly number[], seed: number) {
  const count = shape.reduce((product, side) => product * side, 1);
  return {
    shape,
    data: Float32Array.from({ length: count }, (_, i) => Math.sin(1.7 * i * (1 + seed) + seed) / 2),
  };
}

/**
 * Runs the scan of the networks on the current backend and compares it with the same scan on plain arrays: `startBackend` has
 * tried TensorFlow.js's own operators, this tries the shader that they do not have.
 *
 * @returns what is wrong in one line, or undefined
 */
export async function probeScan(): Promise<string | undefined> {
  const names = Object.keys(shapes) as (keyof typeof shapes)[];
  const inputs = Object.fromEntries(names.map((name, i) => [name, input(shapes[name], i)])) as Record<
    keyof typeof shapes,
    ReturnType<typeof input>
  >;
  const wanted = ss2dScanOnArrays(inputs).y.data;
  const answer = tf.tidy(() => {
    const tensors = names.map((name) => [name, tf.tensor(inputs[name].data, [...inputs[name].shape])]);
    return ss2dScan(Object.fromEntries(tensors) as Parameters<typeof ss2dScan>[0]);
  });
  try {
    const got = await answer.data();
    const largest = wanted.reduce((most, value) => Math.max(most, Math.abs(value)), 0);
    const at = wanted.findIndex((value, i) => !(Math.abs(got[i]! - value) <= TOLERANCE * largest));
    return at < 0 ? undefined : `the scan of the networks gives ${got[at]} at ${at}, wanted ${wanted[at]}`;
  } finally {
    answer.dispose();
  }
}
