import * as tf from '@tensorflow/tfjs-core';

export const CROSS_SCAN = 'CrossScan';
export const CROSS_MERGE = 'CrossMerge';

export interface CrossAttributes {
  /** Direction numbers, see `scan-directions.ts`. */
  readonly directions: number[];
  readonly height: number;
  readonly width: number;
}

// y[b, k, t] = x[b, pixel_k(t)] and x[b, p] = sum_k y[b, k, t] with pixel_k(t) = p are each other's transpose, so that each
// is the other's gradient; nothing is saved.
tf.registerGradient({
  kernelName: CROSS_SCAN,
  gradFunc: (dy, _saved, attributes) => ({
    x: () => runCross(CROSS_MERGE, dy as tf.Tensor, attributes as unknown as CrossAttributes),
  }),
});
tf.registerGradient({
  kernelName: CROSS_MERGE,
  gradFunc: (dx, _saved, attributes) => ({
    x: () => runCross(CROSS_SCAN, dx as tf.Tensor, attributes as unknown as CrossAttributes),
  }),
});

/** Runs the backend's kernel. */
export function runCross(
  kernel: typeof CROSS_SCAN | typeof CROSS_MERGE,
  x: tf.Tensor,
  attributes: CrossAttributes,
): tf.Tensor4D {
  return tf.engine().runKernel(kernel, { x }, { ...attributes });
}
