import { defineOperator } from '@prismamba/core/operator';
import * as tf from '@tensorflow/tfjs-core';

export interface MapConvolutionArgs {
  /** Two maps, [B, H, W, 2]. */
  readonly maps: tf.Tensor4D;
  /** Kernel, official layout [1, 2, K, K], K odd. */
  readonly weight: tf.Tensor4D;
}

/**
 * Saved: the inputs. With h = (K - 1) / 2 and zeros outside the maps,
 *
 *     dmaps[i, j, m] = sum_{p,q} weight[0, m, p, q] dout[i - p + h, j - q + h]
 *     dweight[0, m, p, q] = sum_{i,j} dout[i, j] maps[i + p - h, j + q - h, m]
 */
export const mapConvolutionOperator = /* @__PURE__ */ defineOperator({
  name: 'MapConvolution',
  inputs: { maps: 'required', weight: 'required' },
  attributes: {},
  outputs: ['out'],
  kernels: {
    wasm: '@prismamba/spectral-attention/wasm',
    webgpu: '@prismamba/spectral-attention/webgpu',
  },
  saved: { inputs: 'all' },
  composed: ({ maps, weight }: MapConvolutionArgs): { out: tf.Tensor4D } => ({
    out: tf.tidy(() => tf.conv2d(maps, tf.transpose(weight, [2, 3, 1, 0]), 1, 'same')), // [B, H, W, 1]
  }),
});
