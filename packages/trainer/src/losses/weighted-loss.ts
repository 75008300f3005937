import * as tf from '@tensorflow/tfjs-core';
import type { Loss } from './loss.js';

/** One term of a sum. */
export interface LossTerm {
  /** Its name in logs. */
  readonly name: string;
  readonly weight: number;
  readonly loss: Loss;
}

/** A loss made of terms; after a call the values of its terms can be taken once. */
export interface WeightedLoss extends Loss {
  readonly terms: readonly LossTerm[];
  /** Values of the terms in the last call, without their weights, in the order of `terms`; the caller disposes of them. */
  takeTerms(): readonly tf.Scalar[];
  /** Frees the values of the last call. */
  dispose(): void;
}

export function isWeightedLoss(loss: Loss): loss is WeightedLoss {
  return 'takeTerms' in loss;
}

/**
 * sum_i weight_i loss_i(prediction, target). A training step logs each term by name.
 *
 * @throws RangeError for an empty list, a weight that is not finite, or two terms of one name.
 */
export function weightedLoss(terms: readonly LossTerm[]): WeightedLoss {
  if (terms.length === 0) throw new RangeError('weightedLoss: terms is empty, wanted at least one');
  const names = new Set<string>();
  for (const { name, weight } of terms) {
    if (!Number.isFinite(weight)) {
      throw new RangeError(`weightedLoss: the weight of '${name}' is ${weight}, wanted a finite number`);
    }
    if (names.has(name)) {
      throw new RangeError(`weightedLoss: two terms are named '${name}'; give them different names`);
    }
    names.add(name);
  }
  let last: tf.Scalar[] = [];
  const dispose = () => {
    tf.dispose(last);
    last = [];
  };
  const loss: Loss = (prediction, target, rgb) => {
    dispose();
    return tf.tidy(() => {
      const values = terms.map((term) => term.loss(prediction, target, rgb));
      last = values.map((value) => tf.keep(tf.clone(value)));
      return tf.addN(values.map((value, i) => tf.mul(value, terms[i]!.weight)));
    });
  };
  const takeTerms = () => {
    const taken = last;
    last = [];
    return taken;
  };
  return Object.assign(loss, { terms, takeTerms, dispose });
}
