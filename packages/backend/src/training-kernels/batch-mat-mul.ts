import '@tensorflow/tfjs-backend-wasm';
import * as tf from '@tensorflow/tfjs-core';
import { withScratch } from '../arena/scratch.js';
import { roundUp4, simdKernels, type SimdKernels } from './simd-kernels.js';
import { runWasmKernel, type WasmBackend, type WasmKernel } from './wasm-kernel.js';

interface Attributes {
  readonly transposeA: boolean;
  readonly transposeB: boolean;
}

/** TensorFlow.js's own kernel: XNNPACK for one untransposed product, a scalar loop for everything else. */
const original = tf.getKernel('BatchMatMul', 'wasm');

/** Rows from which it pays to transpose b for XNNPACK instead of running the kernel of this package. */
const rowsWorthXnnpack = 64;

interface Product {
  readonly m: number;
  readonly n: number;
  readonly k: number;
  readonly batchA: number;
  readonly batchB: number;
  readonly outShape: number[];
}

function productShape(a: tf.TensorInfo, b: tf.TensorInfo, { transposeA, transposeB }: Attributes): Product {
  const [rowsA, columnsA] = a.shape.slice(-2) as [number, number];
  const [rowsB, columnsB] = b.shape.slice(-2) as [number, number];
  const [m, k] = transposeA ? [columnsA, rowsA] : [rowsA, columnsA];
  const [kB, n] = transposeB ? [columnsB, rowsB] : [rowsB, columnsB];
  if (k !== kB) {
    throw new Error(
      `matMul: inner dimensions differ: got [${a.shape}]${transposeA ? ' transposed' : ''} and ` +
        `[${b.shape}]${transposeB ? ' transposed' : ''}, that is ${k} against ${kB}`,
    );
  }
  const outerA = a.shape.slice(0, -2);
  const outerB = b.shape.slice(0, -2);
  const outer = tf.broadcast_util.assertAndGetBroadcastShape(outerA, outerB);
  const batchA = tf.util.sizeFromShape(outerA);
  const batchB = tf.util.sizeFromShape(outerB);
  return { m, n, k, batchA, batchB, outShape: [...outer, m, n] };
}

function runOriginal(
  backend: WasmBackend,
  a: tf.TensorInfo,
  b: tf.TensorInfo,
  { transposeA, transposeB }: Attributes,
): tf.TensorInfo {
  if (original === undefined) throw new Error('BatchMatMul: the WASM backend registered no kernel');
  return original.kernelFunc({
    inputs: { a, b },
    attrs: { transposeA, transposeB },
    backend,
  }) as tf.TensorInfo;
}

/** A B' through XNNPACK: b is transposed first, which costs k*n of the m*k*n steps. */
function transposeThenOriginal(backend: WasmBackend, a: tf.TensorInfo, b: tf.TensorInfo): tf.TensorInfo {
  const perm = [...b.shape.keys()];
  [perm[perm.length - 2], perm[perm.length - 1]] = [perm.length - 1, perm.length - 2];
  const turned = runWasmKernel('Transpose', backend, { x: b }, { perm });
  const product = runOriginal(backend, a, turned, { transposeA: false, transposeB: false });
  backend.disposeData(turned.dataId);
  return product;
}

function runSimd(
  { arena, run }: SimdKernels,
  a: tf.TensorInfo,
  b: tf.TensorInfo,
  { m, n, k, batchA, batchB, outShape }: Product,
  { transposeA, transposeB }: Attributes,
): tf.TensorInfo {
  const c = arena.makeOutput(outShape, 'float32');
  const packRows = Math.min(k, 256);
  const sumRows = k <= 256 ? 4 : roundUp4(m);
  const scratch = [4 * packRows * roundUp4(n), 4 * sumRows * roundUp4(n)];
  withScratch(arena, scratch, (pack, sums) =>
    run.matMul({
      a: arena.pointer(a),
      b: arena.pointer(b),
      c: arena.pointer(c),
      pack,
      sums,
      batch: Math.max(batchA, batchB),
      m,
      n,
      k,
      aBatchStep: batchA === 1 ? 0 : 4 * m * k,
      bBatchStep: batchB === 1 ? 0 : 4 * k * n,
      transposeA: Number(transposeA),
      transposeB: Number(transposeB),
    }),
  );
  return c;
}

/**
 * c = A B with either factor transposed and broadcast batches. TensorFlow.js's kernel is fast for one untransposed
 * product; the gradients of a matrix product are transposed ones, and attention is batched. Those run here, some
 * eight times faster.
 */
export const batchMatMul: WasmKernel<'a' | 'b', Attributes> = {
  name: 'BatchMatMul',
  run(backend, { a, b }, attributes) {
    const product = productShape(a, b, attributes);
    const { batchA, batchB, m, outShape } = product;
    const single = batchA === 1 && batchB === 1;
    const simd = simdKernels(backend);
    const outerMatches = batchA === batchB || batchA === 1 || batchB === 1;
    const untransposed = !attributes.transposeA && !attributes.transposeB;
    const empty = tf.util.sizeFromShape(outShape) === 0 || product.k === 0;
    if (simd === undefined || !outerMatches || empty || (single && untransposed)) {
      return runOriginal(backend, a, b, attributes);
    }
    if (single && !attributes.transposeA && m >= rowsWorthXnnpack)
      return transposeThenOriginal(backend, a, b);
    return runSimd(simd, a, b, product, attributes);
  },
};
