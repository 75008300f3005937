import * as tf from '@tensorflow/tfjs-core';
import type * as tfl from '@tensorflow/tfjs-layers';
import { SpectralAttentionGate } from './spectral-attention-gate.layer.js';
import { spectralGradientAttention } from './spectral-gradient-attention.js';

/**
 * Layer of {@link spectralGradientAttention}: [B, H, W, C] to the same shape, weights `fc.0.weight` and
 * `fc.2.weight` [C, C, 1, 1] (official names and layout; none in the variant `paper`), uniform in +-1/sqrt(C).
 */
export class SpectralGradientAttention extends SpectralAttentionGate {
  static override readonly className: string = 'SpectralGradientAttention';

  override call(inputs: tf.Tensor | tf.Tensor[], kwargs: Record<string, unknown>): tf.Tensor {
    return tf.tidy(() => {
      this.invokeCallHook(inputs, kwargs);
      const x = (Array.isArray(inputs) ? inputs[0] : inputs) as tf.Tensor4D;
      return spectralGradientAttention({ x, ...this.net, variant: this.variant });
    });
  }

  override computeOutputShape(inputShape: tfl.Shape | tfl.Shape[]): tfl.Shape | tfl.Shape[] {
    return inputShape;
  }
}
tf.serialization.registerClass(SpectralGradientAttention);
