import { checkShape } from '@prismamba/core';
import type { Tensor4D } from '@tensorflow/tfjs-core';
import { crossMergeOperator, crossScanOperator } from './cross-scan.operator.js';
import { directionsOf, type ScanMode } from './scan-directions.js';

/**
 * Reads an image as K sequences (VMamba, arXiv 2401.10166, section 4): y[b, k, t, c] = x[b, pixel_k(t), c], with
 * direction 0 row-major, 1 column-major, 2 and 3 the same two reversed.
 *
 * @param x features, [B, H, W, C].
 * @param mode `cross` (K = 4, default), `bidirectional` (row-major and its reverse), `unidirectional`.
 * @returns [B, K, L, C] with L = H W.
 * @throws Error for a wrong shape or an unknown mode.
 */
export function crossScan(x: Tensor4D, mode: ScanMode = 'cross'): Tensor4D {
  checkShape('crossScan', 'x', x, ['B', 'H', 'W', 'C']);
  const directions = directionsOf('crossScan', mode);
  const [, height, width] = x.shape;
  return crossScanOperator.run({ x }, { directions, height, width }).y;
}

/**
 * Puts K sequences back into an image and sums them, the transpose of {@link crossScan}:
 * x[b, p, c] = sum_k y[b, k, t, c] with pixel_k(t) = p.
 *
 * @param y sequences, [B, K, L, C], in the order of `mode`.
 * @returns [B, H, W, C].
 * @throws Error unless K fits the mode and L = height width.
 */
export function crossMerge(y: Tensor4D, height: number, width: number, mode: ScanMode = 'cross'): Tensor4D {
  const directions = directionsOf('crossMerge', mode);
  checkShape('crossMerge', 'y', y, ['B', directions.length, height * width, 'C']);
  return crossMergeOperator.run({ y }, { directions, height, width }).x;
}
