import { registerLayer, singleInput } from '@prismamba/core/layer';
import * as tf from '@tensorflow/tfjs-core';
import type * as tfl from '@tensorflow/tfjs-layers';
import { SpectralAttentionGate } from './spectral-attention-gate.layer.js';
import { spectralGradientAttentionCost } from './spectral-gradient-attention.cost.js';
import { spectralGradientAttention } from './spectral-gradient-attention.js';
import { spectralGradientAttentionOnnx } from './spectral-gradient-attention.onnx.js';

/**
 * Layer of {@link spectralGradientAttention}: [B, H, W, C] to the same shape, weights `fc.0.weight` and
 * `fc.2.weight` [C, C, 1, 1] (official names and layout; none in the variant `paper`), uniform in +-1/sqrt(C).
 */
export class SpectralGradientAttention extends SpectralAttentionGate {
  static override readonly className: string = 'SpectralGradientAttention';

  override call(inputs: tf.Tensor | tf.Tensor[], kwargs: Record<string, unknown>): tf.Tensor {
    return tf.tidy(() => {
      this.invokeCallHook(inputs, kwargs);
      const x = singleInput<tf.Tensor4D>(inputs);
      return spectralGradientAttention({ x, ...this.net, variant: this.variant });
    });
  }

  override computeOutputShape(inputShape: tfl.Shape | tfl.Shape[]): tfl.Shape | tfl.Shape[] {
    return inputShape;
  }
}
registerLayer(SpectralGradientAttention, {
  cost: spectralGradientAttentionCost,
  onnx: spectralGradientAttentionOnnx,
});
