import type * as tf from '@tensorflow/tfjs-core';
import { checkShape } from '@prismamba/core';
import { mapConvolutionOperator, type MapConvolutionArgs } from './map-convolution.operator.js';

export type { MapConvolutionArgs };

/**
 * Convolution of two maps to one with zero padding and without bias, as spatial attentions use it:
 *
 *     out[i, j] = sum_{m,p,q} weight[0, m, p, q] maps[i + p - K/2, j + q - K/2, m]
 *
 * @returns [B, H, W, 1].
 * @throws Error for a wrong shape or an even kernel.
 */
export function mapConvolution({ maps, weight }: MapConvolutionArgs): tf.Tensor4D {
  checkShape('mapConvolution', 'maps', maps, ['B', 'H', 'W', 2]);
  checkOddKernel('mapConvolution', weight);
  return mapConvolutionOperator.run({ maps, weight }).out;
}

/** @throws Error unless `weight` is [1, 2, K, K] with K odd. */
export function checkOddKernel(caller: string, weight: tf.Tensor4D): void {
  checkShape(caller, 'weight', weight, [1, 2, 'K', 'K']);
  const [, , rows, columns] = weight.shape;
  if (rows !== columns || rows % 2 === 0) {
    throw new Error(
      `${caller}: weight: got a ${rows}x${columns} kernel, wanted a square one of odd size (7 in GMSR-Net)`,
    );
  }
}
