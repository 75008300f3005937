import * as tf from '@tensorflow/tfjs-core';
import type { ModelWeight } from '../model.js';

/** A variable that owns its value. For tests. */
export function variable(value: tf.Tensor): tf.Variable {
  const result = tf.variable(value);
  value.dispose();
  return result;
}

/** A weight around a variable. For tests. */
export function weightOf(originalName: string, variable: tf.Variable): ModelWeight {
  return {
    originalName,
    shape: variable.shape,
    read: () => variable,
    write: (value) => variable.assign(value),
  };
}
