import { registerLayer, singleInput } from '@prismamba/core/layer';
import * as tf from '@tensorflow/tfjs-core';
import type * as tfl from '@tensorflow/tfjs-layers';
import { SpatialAttentionMap } from './spatial-attention-map.layer.js';
import { spatialGradientAttentionCost } from './spatial-gradient-attention.cost.js';
import { spatialGradientAttention } from './spatial-gradient-attention.js';
import { spatialGradientAttentionOnnx } from './spatial-gradient-attention.onnx.js';

/**
 * Layer of {@link spatialGradientAttention}: [B, H, W, C] to the same shape, one weight `conv1.weight`
 * [1, 2, K, K] (official name and layout), uniform in +-1/sqrt(2 K^2).
 */
export class SpatialGradientAttention extends SpatialAttentionMap {
  static override readonly className: string = 'SpatialGradientAttention';

  override call(inputs: tf.Tensor | tf.Tensor[], kwargs: Record<string, unknown>): tf.Tensor {
    return tf.tidy(() => {
      this.invokeCallHook(inputs, kwargs);
      const x = singleInput<tf.Tensor4D>(inputs);
      return spatialGradientAttention({ x, weight: this.weight, variant: this.variant });
    });
  }

  override computeOutputShape(inputShape: tfl.Shape | tfl.Shape[]): tfl.Shape | tfl.Shape[] {
    return inputShape;
  }
}
registerLayer(SpatialGradientAttention, {
  cost: spatialGradientAttentionCost,
  onnx: spatialGradientAttentionOnnx,
});
