import * as tf from '@tensorflow/tfjs-core';
import { isHostLoss } from '../losses/host-loss.js';
import { requireSameShape, type Loss } from '../losses/loss.js';
import { isWeightedLoss, type LossTerm } from '../losses/weighted-loss.js';
import type { Model } from '../model.js';
import { applyModel } from './apply-model.js';

/** A loss in which what the host computes has been computed, for one batch. */
export interface LossFromHost {
  /** The gradients of the whole loss by this model's weights on this batch; its value is of no meaning. */
  readonly loss: Loss;
  /** The value of the whole loss, then those of a `weightedLoss`'s terms without their weights, in their order. */
  readonly values: readonly number[];
  dispose(): void;
}

const termsOf = (loss: Loss): readonly LossTerm[] =>
  isWeightedLoss(loss) ? loss.terms : [{ name: 'loss', weight: 1, loss }];

/** Whether the loss needs values in the middle of a pass that the backend cannot read there. */
export const needsHost = (loss: Loss): boolean =>
  tf.getBackend() === 'webgpu' && termsOf(loss).some((term) => isHostLoss(term.loss));

/**
 * For a loss that {@link needsHost}: a forward pass of its own, one read of the prediction p and of the terms that the device
 * computes, then on the host the terms h_j and their gradients G_j = dh_j/dp. The loss that is returned is
 *
 *     sum_i w_i l_i(p) + sum(p G),  G = sum_j w_j G_j taken as a constant [B, H, W, bands]
 *
 * whose gradient at this prediction is that of sum_i w_i l_i + sum_j w_j h_j. Random layers draw in both passes what they draw in this
 * step; running statistics of a batch normalization move in both.
 */
export async function lossFromHost(
  model: Model,
  loss: Loss,
  batch: { readonly rgb: tf.Tensor4D; readonly cube: tf.Tensor4D },
  target: Float32Array,
): Promise<LossFromHost> {
  const terms = termsOf(loss);
  const all = tf.tidy(() => {
    const prediction = applyModel(model, batch.rgb, true);
    requireSameShape('trainStep', prediction, batch.cube);
    const values = terms.map((term) =>
      isHostLoss(term.loss) ? tf.scalar(0) : term.loss(prediction, batch.cube, batch.rgb),
    );
    return tf.concat1d([tf.stack(values) as tf.Tensor1D, tf.reshape(prediction, [-1])]); // [terms + B H W bands]
  });
  const read = await all.data<'float32'>();
  all.dispose();
  const prediction = read.subarray(terms.length);
  const gradient = new Float32Array(prediction.length);
  const values = terms.map(({ weight, loss: term }, i) => {
    if (!isHostLoss(term)) return read[i]!;
    const { value, gradient: own } = term.onHost(prediction, target, batch.cube.shape);
    own.forEach((g, k) => (gradient[k]! += weight * g));
    return value;
  });
  // [B, H, W, bands]
  const constant = tf.tensor4d(gradient, batch.cube.shape);
  const surrogate: Loss = (p, cube, rgb) =>
    tf.tidy(() => {
      const rest = terms.filter((term) => !isHostLoss(term.loss));
      const sum = tf.sum<tf.Scalar>(tf.mul(p, constant));
      return tf.addN([sum, ...rest.map((term) => tf.mul<tf.Scalar>(term.loss(p, cube, rgb), term.weight))]);
    });
  const whole = values.reduce((sum, value, i) => sum + terms[i]!.weight * value, 0);
  return {
    loss: surrogate,
    values: [whole, ...(isWeightedLoss(loss) ? values : [])],
    dispose: () => void constant.dispose(),
  };
}
