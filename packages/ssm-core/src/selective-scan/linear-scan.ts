import * as tf from '@tensorflow/tfjs-core';

/** x shifted by `step` along the last axis, zeros coming in at the start (or, negative, at the end). */
function shift(x: tf.Tensor4D, step: number): tf.Tensor4D {
  const [a, b, c, length] = x.shape;
  const kept = length - Math.abs(step);
  const slice = tf.slice(x, [0, 0, 0, step > 0 ? 0 : -step], [a, b, c, kept]);
  return tf.pad(slice, [[0, 0], [0, 0], [0, 0], step > 0 ? [step, 0] : [0, -step]]);
}

/** Hillis and Steele: log2(L) passes; after pass s every h holds the sum over its 2^s predecessors. */
function scan(a: tf.Tensor4D, b: tf.Tensor4D): tf.Tensor4D {
  return tf.tidy(() => {
    const length = b.shape[3];
    let decay = a;
    let h = b;
    for (let step = 1; step < length; step *= 2) {
      h = tf.add(h, tf.mul(decay, shift(h, step)));
      if (step * 2 < length) decay = tf.mul(decay, shift(decay, step));
    }
    return h === b ? tf.clone(b) : h;
  });
}

/**
 * The linear recurrence h_t = a_t h_{t-1} + b_t with h_{-1} = 0 along the last axis of [.., .., .., L], out of
 * TensorFlow.js operators. Its gradient is the same scan run backwards with a shifted by one (half the cost of
 * differentiating the passes): g_t = dh_t + a_{t+1} g_{t+1}; db = g; da_t = g_t h_{t-1}.
 */
export function linearScan(a: tf.Tensor4D, b: tf.Tensor4D): tf.Tensor4D {
  const withGradient = tf.customGrad((...inputs: (tf.Tensor | tf.GradSaveFunc)[]) => {
    const [decay, drive, save] = inputs as [tf.Tensor4D, tf.Tensor4D, tf.GradSaveFunc];
    const h = scan(decay, drive);
    save([decay, h]);
    const gradFunc = (dh: tf.Tensor, saved: tf.Tensor[]) => {
      const [savedDecay, states] = saved as [tf.Tensor4D, tf.Tensor4D];
      return tf.tidy(() => {
        const next = tf.reverse(shift(savedDecay, -1), 3); // a_{t+1}, from the end
        const g = tf.reverse(scan(next, tf.reverse(dh as tf.Tensor4D, 3)), 3);
        return [tf.mul(g, shift(states, 1)), g];
      });
    };
    return { value: h, gradFunc };
  });
  return withGradient(a, b);
}
