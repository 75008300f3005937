import * as tf from '@tensorflow/tfjs-core';
import { convolution, matrixProduct, scan } from './probe.reference.js';

/** Largest difference over the largest value that is still rounding, on a GPU too; a wrong kernel is off by far more. */
const TOLERANCE = 1e-3;

/** Small numbers without a pattern that an exchanged axis would leave as it is. */
const numbers = (count: number, seed: number) =>
  Float32Array.from({ length: count }, (_, i) => Math.sin(1.7 * i * (1 + seed) + seed));

type Answer = readonly (readonly [what: string, got: tf.Tensor, wanted: readonly number[]])[];

function matMul(): Answer {
  const [a, b] = [numbers(6, 1), numbers(12, 2)];
  return [
    ['matMul', tf.matMul(tf.tensor2d(a, [2, 3]), tf.tensor2d(b, [3, 4])), matrixProduct(a, b, 2, 3, 4)],
  ];
}

/** h_t = exp(-d_t) h_(t-1) + b_t over six steps: the recurrence of a selective scan. */
function recurrence(): Answer {
  const [d, b] = [numbers(18, 3).map(Math.abs), numbers(18, 4)];
  const rows = (x: Float32Array) => tf.unstack(tf.tensor2d(x, [6, 3]));
  const decays = rows(d).map((row) => tf.exp(tf.neg(row)));
  const states: tf.Tensor[] = [];
  for (const [t, row] of rows(b).entries())
    states.push(t === 0 ? row : tf.add(tf.mul(decays[t]!, states[t - 1]!), row));
  return [['a scan of exp, mul and add', tf.stack(states), scan(d, b, 6, 3)]];
}

/** A 3 x 3 convolution, and its gradients where TensorFlow.js's gradients are loaded. */
function convolutions(): Answer {
  const shape = { height: 4, width: 5, inputs: 2, outputs: 3 };
  const [x, w, dy] = [numbers(40, 5), numbers(54, 6), numbers(60, 7)];
  const wanted = convolution(x, w, dy, shape);
  const conv = (input: tf.Tensor, filter: tf.Tensor) =>
    tf.conv2d(input as tf.Tensor4D, filter as tf.Tensor4D, 1, 'same');
  const input = tf.tensor4d(x, [1, 4, 5, 2]);
  const filter = tf.tensor4d(w, [3, 3, 2, 3]);
  const forward = ['conv2d', conv(input, filter), wanted.y] as const;
  if (tf.getGradient('Conv2D') === undefined) return [forward];
  const [dx, dw] = tf.grads(conv)([input, filter], tf.tensor4d(dy, [1, 4, 5, 3]));
  return [
    forward,
    ['the gradient of conv2d by its input', dx!, wanted.dx],
    ['the gradient of conv2d by its filter', dw!, wanted.dw],
  ];
}

/** TensorFlow.js's WebGPU backend leaves small tensors to the CPU, unless told not to: then its shaders are what is tried. */
const CPU_FORWARD = 'WEBGPU_CPU_FORWARD';

function onDevice(body: () => void): void {
  if (tf.getBackend() !== 'webgpu') return body();
  const before = tf.env().getBool(CPU_FORWARD);
  tf.env().set(CPU_FORWARD, false);
  try {
    body();
  } finally {
    tf.env().set(CPU_FORWARD, before);
  }
}

/**
 * Computes small things on the current backend and compares them with plain loops: a matrix product, a scan, a convolution with its
 * gradients. A backend that starts and computes wrongly, or fails at a kernel, is found before anything is trusted to it.
 *
 * @returns what is wrong in one line, or undefined. Leaves no tensor behind.
 */
export async function probeBackend(): Promise<string | undefined> {
  for (const probe of [matMul, recurrence, convolutions]) {
    let answers: Answer = [];
    try {
      onDevice(() =>
        tf.tidy(() => {
          answers = probe().map(([what, got, wanted]) => [what, tf.keep(got.clone()), wanted]);
        }),
      );
      for (const [what, got, wanted] of answers) {
        const fault = difference(await got.data(), wanted);
        if (fault !== undefined) return `${what} is wrong (${fault})`;
      }
    } catch (error) {
      return (error instanceof Error ? error.message : String(error)).split('\n')[0]!;
    } finally {
      tf.dispose(answers.map(([, got]) => got));
    }
  }
  return undefined;
}

function difference(got: ArrayLike<number>, wanted: readonly number[]): string | undefined {
  if (got.length !== wanted.length) return `${got.length} values, wanted ${wanted.length}`;
  const scale = Math.max(...wanted.map(Math.abs));
  for (const [i, value] of wanted.entries()) {
    const fits = Math.abs(got[i]! - value) <= TOLERANCE * scale;
    if (!fits) return `${got[i]} at ${i}, wanted ${value.toPrecision(6)}`;
  }
  return undefined;
}
