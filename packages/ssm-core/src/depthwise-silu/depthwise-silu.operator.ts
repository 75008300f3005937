import { defineOperator } from '@prismamba/core/operator';
import * as tf from '@tensorflow/tfjs-core';

export interface DepthwiseSiluArgs {
  /** Features, [B, H, W, D]. */
  readonly x: tf.Tensor4D;
  /** Depthwise kernel, official layout [D, 1, 3, 3]. */
  readonly weight: tf.Tensor4D;
  /** [D]. */
  readonly bias: tf.Tensor1D;
}

/**
 * Saved: the inputs; the convolution v is computed again. dv = dy SiLU'(v);
 *
 *   dx[i,j,d] = sum_{p,q} weight[d,0,p,q] dv[i-p+1, j-q+1, d];   dweight[d,0,p,q] = sum_{i,j} dv[i,j,d] x[i+p-1, j+q-1, d]
 *   dbias = sum dv
 */
export const depthwiseSiluOperator = /* @__PURE__ */ defineOperator({
  name: 'DepthwiseSilu',
  inputs: { x: 'required', weight: 'required', bias: 'required' },
  attributes: {},
  outputs: ['y'],
  kernels: { wasm: '@prismamba/ssm-core/wasm', webgpu: '@prismamba/ssm-core/webgpu' },
  saved: { inputs: 'all' },
  composed,
});

function composed({ x, weight, bias }: DepthwiseSiluArgs): { y: tf.Tensor4D } {
  const y = tf.tidy(() => {
    const filter = tf.transpose(weight, [2, 3, 0, 1]); // [3, 3, D, 1]
    const v = tf.add(tf.depthwiseConv2d(x, filter, 1, 'same'), bias); // [B, H, W, D]
    return tf.mul<tf.Tensor4D>(v, tf.sigmoid(v));
  });
  return { y };
}
