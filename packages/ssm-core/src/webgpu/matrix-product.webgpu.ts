import type { WebgpuBackend } from '@prismamba/backend/internal';
import * as tf from '@tensorflow/tfjs-core';

/** An array read as [rows, columns]. */
export interface Matrix {
  readonly array: tf.TensorInfo;
  readonly rows: number;
  readonly columns: number;
}

export const matrix = (array: tf.TensorInfo, columns: number): Matrix => ({
  array,
  rows: tf.util.sizeFromShape(array.shape) / columns,
  columns,
});

/** a b, each transposed where wanted, by TensorFlow.js's own tiled kernel. @throws Error where the backend has none. */
export function matrixProduct(
  gpu: WebgpuBackend,
  a: Matrix,
  b: Matrix,
  { transposeA = false, transposeB = false } = {},
): tf.TensorInfo {
  const kernel = tf.getKernel('BatchMatMul', 'webgpu');
  if (kernel === undefined) {
    throw new Error("matrixProduct: got no BatchMatMul on webgpu, wanted @tensorflow/tfjs-backend-webgpu's");
  }
  const view = ({ array, rows, columns }: Matrix) => ({ ...array, shape: [rows, columns] });
  return kernel.kernelFunc({
    inputs: { a: view(a), b: view(b) },
    attrs: { transposeA, transposeB },
    backend: gpu,
  }) as tf.TensorInfo;
}
