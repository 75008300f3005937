import { setThreads, startBackend, threadsReady } from '@prismamba/backend';
import { kernelPool } from '@prismamba/backend/internal';
import { ss2dScan } from '@prismamba/ssm-core';
import '@prismamba/ssm-core/wasm';
import * as tf from '@tensorflow/tfjs-core';
import '@tensorflow/tfjs-layers'; // registers the gradients of TensorFlow.js' own operators
import {
  ss2dScanReference,
  ss2dScanReferenceGradient,
  type Ss2dScanReferenceInputs,
} from '../ss2d-scan/ss2d-scan.reference.js';

/** Large enough for the threads to be used (2^18 tokens x channels). */
export const size = { batch: 1, height: 32, width: 33, channels: 64, rank: 4, states: 16 };
const { batch: B, height: H, width: W, channels: D, rank: R, states: N } = size;
const inputs = [
  ['x', [B, H, W, D], 1, 0],
  ['xProjWeight', [4, R + 2 * N, D], 0.4, 0],
  ['dtProjsWeight', [4, D, R], 0.7, 0],
  ['dtProjsBias', [4, D], 1, -2],
  ['ALogs', [4 * D, N], 1.3, 1],
  ['Ds', [4 * D], 0.5, 1],
] as const;

/** Float32 numbers in offset +- scale out of an integer generator (Park and Miller), the same in every engine. */
function numbers(shape: readonly number[], seed: number, scale: number, offset: number): Float32Array {
  let state = seed;
  const count = shape.reduce((a, b) => a * b, 1);
  return Float32Array.from({ length: count }, () => {
    state = (state * 48271) % 2147483647;
    return offset + scale * ((2 * state) / 2147483647 - 1);
  });
}
const values = inputs.map(([, shape, scale, offset], i) => numbers(shape, 1000 * i + 17, scale, offset));
const upstream = numbers([B, H, W, D], 9001, 1, 0);

/** Output and the gradient of every input, in float64. */
export function reference(): Float64Array[] {
  const named = Object.fromEntries(inputs.map(([name], i) => [name, Float64Array.from(values[i]!)]));
  const arrays = named as unknown as Ss2dScanReferenceInputs;
  const gradient = ss2dScanReferenceGradient(arrays, size, Float64Array.from(upstream));
  return [ss2dScanReference(arrays, size), ...inputs.map(([name]) => gradient[name])];
}

function scan(): { arrays: Float32Array[]; poolCalls: number } {
  return tf.tidy(() => {
    const tensors = values.map((data, i) => tf.tensor(data, [...inputs[i]![1]]));
    const run = (...t: tf.Tensor[]): tf.Tensor =>
      ss2dScan({
        x: t[0] as tf.Tensor4D,
        xProjWeight: t[1] as tf.Tensor3D,
        dtProjsWeight: t[2] as tf.Tensor3D,
        dtProjsBias: t[3] as tf.Tensor2D,
        ALogs: t[4] as tf.Tensor2D,
        Ds: t[5] as tf.Tensor1D,
      });
    const dy: tf.Tensor = tf.tensor(upstream, [B, H, W, D]);
    const { value, grads } = tf.valueAndGrads(run)(tensors, dy);
    return {
      arrays: [value, ...grads].map((t) => t.dataSync() as Float32Array),
      poolCalls: kernelPool()?.report().calls ?? 0,
    };
  });
}

const sameBits = (a: Float32Array, b: Float32Array) => {
  const bits = new Uint32Array(b.buffer, b.byteOffset, b.length);
  return new Uint32Array(a.buffer, a.byteOffset, a.length).every((v, i) => v === bits[i]);
};

/** Forward and gradient with 1 and with 2 threads of the kernels on the WASM backend. */
export async function run(options: { wasmPaths?: string; tensorflowThreads?: number }) {
  const { machine, tensorflowThreads } = await startBackend('wasm', options);
  setThreads(1);
  const alone = scan();
  setThreads(2);
  const report = await threadsReady();
  const together = scan();
  const result = {
    simd: machine.simd,
    /** Whether TensorFlow.js took its own threaded build. */
    threadedBuild: Boolean(await tf.env().getAsync('WASM_HAS_MULTITHREAD_SUPPORT')),
    tensorflowThreads,
    report,
    readyWorkers: kernelPool()?.readyWorkers ?? 0,
    poolCalls: [alone.poolCalls, together.poolCalls],
    same: alone.arrays.map((array, i) => sameBits(array, together.arrays[i]!)),
    arrays: together.arrays.map((array) => Array.from(array)),
    tensors: tf.memory().numTensors,
  };
  setThreads(1);
  return result;
}
