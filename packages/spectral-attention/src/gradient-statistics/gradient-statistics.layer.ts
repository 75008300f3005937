import { firstShape, fixedChannels, free, registerLayer, singleInput } from '@prismamba/core/layer';
import * as tf from '@tensorflow/tfjs-core';
import * as tfl from '@tensorflow/tfjs-layers';
import { gradientStatistics } from './gradient-statistics.js';
import { gradientStatisticsOnnx } from './gradient-statistics.onnx.js';

/**
 * Layer of {@link gradientStatistics}: [B, H, W, C] to [maps [B, H, W, 2], pooled [B, 2, C]], no weights. A
 * `SpatialAttentionMap` and a `SpectralAttentionGate` behind it share the one pass over the features.
 */
export class GradientStatisticsLayer extends tfl.layers.Layer {
  static readonly className = 'GradientStatistics';

  private last: { readonly x: tf.Tensor; readonly scope: number; readonly outputs: tf.Tensor[] } | undefined;

  constructor(config: { readonly name?: string } = {}) {
    super(config);
  }

  /**
   * `predict` of TensorFlow.js calls a layer once for each of its outputs, and keeps what it drops until its end: the
   * second call, in the same tidy, gets the tensors of the first. Where gradients are recorded every call computes, so
   * that it is on its tape.
   */
  override call(inputs: tf.Tensor | tf.Tensor[], kwargs: Record<string, unknown>): tf.Tensor[] {
    this.invokeCallHook(inputs, kwargs);
    const x = singleInput<tf.Tensor4D>(inputs);
    const { last } = this;
    this.last = undefined;
    const { activeScope } = tf.engine().state;
    const scope = tf.engine().isTapeOn() ? undefined : activeScope?.id;
    const repeated = last !== undefined && last.x === x && last.scope === scope;
    if (repeated && !last.outputs.some((output) => output.isDisposed)) return last.outputs;
    const { maps, pooled } = gradientStatistics(x);
    const outputs = [maps, pooled];
    // The small one is copied: what reads it may have been done, and it freed, before the second call.
    if (scope !== undefined) this.last = { x, scope, outputs: [maps, tf.clone(pooled)] };
    return outputs;
  }

  override computeOutputShape(inputShape: tfl.Shape | tfl.Shape[]): tfl.Shape[] {
    const shape = firstShape(inputShape);
    return [
      [...shape.slice(0, -1), 2],
      [shape[0]!, 2, fixedChannels('GradientStatistics', shape)],
    ];
  }
}
registerLayer(GradientStatisticsLayer, { cost: free, onnx: gradientStatisticsOnnx });
