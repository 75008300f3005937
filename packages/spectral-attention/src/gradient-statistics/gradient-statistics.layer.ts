import * as tf from '@tensorflow/tfjs-core';
import * as tfl from '@tensorflow/tfjs-layers';
import { lastSize } from '../last-size.js';
import { gradientStatistics } from './gradient-statistics.js';

/**
 * Layer of {@link gradientStatistics}: [B, H, W, C] to [maps [B, H, W, 2], pooled [B, 2, C]], no weights. A
 * `SpatialAttentionMap` and a `SpectralAttentionGate` behind it share the one pass over the features.
 */
export class GradientStatisticsLayer extends tfl.layers.Layer {
  static readonly className = 'GradientStatistics';

  constructor(config: { readonly name?: string } = {}) {
    super(config);
  }

  override call(inputs: tf.Tensor | tf.Tensor[], kwargs: Record<string, unknown>): tf.Tensor[] {
    return tf.tidy(() => {
      this.invokeCallHook(inputs, kwargs);
      const { maps, pooled } = gradientStatistics(
        (Array.isArray(inputs) ? inputs[0] : inputs) as tf.Tensor4D,
      );
      return [maps, pooled];
    });
  }

  override computeOutputShape(inputShape: tfl.Shape | tfl.Shape[]): tfl.Shape[] {
    const shape = (Array.isArray(inputShape[0]) ? inputShape[0] : inputShape) as tfl.Shape;
    return [
      [...shape.slice(0, -1), 2],
      [shape[0]!, 2, lastSize('GradientStatistics', inputShape)],
    ];
  }
}
tf.serialization.registerClass(GradientStatisticsLayer);
