import { gpuLimits, type WebgpuBackend } from '@prismamba/backend/internal';
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

/**
 * a b, each transposed where wanted, by TensorFlow.js's own tiled kernel.
 * @throws Error where the backend has none, or the device binds less than one of the three.
 */
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
  const most = gpuLimits(gpu).maxStorageBufferBindingSize;
  const product = (transposeA ? a.columns : a.rows) * (transposeB ? b.rows : b.columns);
  for (const [name, count] of Object.entries({ a: a.rows * a.columns, b: b.rows * b.columns, product })) {
    if (4 * count > most) {
      throw new Error(
        `matrixProduct on webgpu: bytes of '${name}': got ${4 * count}, this device takes ${most}`,
      );
    }
  }
  const view = ({ array, rows, columns }: Matrix) => ({ ...array, shape: [rows, columns] });
  return kernel.kernelFunc({
    inputs: { a: view(a), b: view(b) },
    attrs: { transposeA, transposeB },
    backend: gpu,
  }) as tf.TensorInfo;
}
