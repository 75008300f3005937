import * as tf from '@tensorflow/tfjs-core';

/*
 * Inside, tokens are the first axis: then a shift takes whole rows. Along the last axis TensorFlow.js's CPU backend takes a slice
 * element by element, at fifty times the cost of the arithmetic.
 */

/** x shifted by `step` tokens, zeros coming in at the start (or, negative, at the end). */
function shift(x: tf.Tensor2D, step: number): tf.Tensor2D {
  const [length, rows] = x.shape;
  const size: [number, number] = [length - Math.abs(step), rows];
  const kept = tf.slice(x, [Math.max(0, -step), 0], size);
  const zeros = tf.zeros<tf.Rank.R2>([Math.abs(step), rows]);
  return tf.concat(step > 0 ? [zeros, kept] : [kept, zeros], 0);
}

/**
 * Hillis and Steele: log2(L) passes; after pass s every h holds the sum over its 2^s predecessors (with `towards` -1: over those
 * that follow it).
 */
function scan(a: tf.Tensor2D, b: tf.Tensor2D, towards: 1 | -1): tf.Tensor2D {
  return tf.tidy(() => {
    const length = b.shape[0];
    let decay = a;
    let h = b;
    for (let step = 1; step < length; step *= 2) {
      h = tf.add(h, tf.mul(decay, shift(h, towards * step)));
      if (step * 2 < length) decay = tf.mul(decay, shift(decay, towards * step));
    }
    return h === b ? tf.clone(b) : h;
  });
}

/** [.., .., .., L] to [L, the others]. */
const tokensFirst = (x: tf.Tensor): tf.Tensor2D =>
  tf.transpose(tf.reshape<tf.Rank.R2>(x, [-1, x.shape.at(-1)!]));
const tokensLast = (x: tf.Tensor2D, shape: tf.Tensor4D['shape']): tf.Tensor4D =>
  tf.reshape(tf.transpose(x), shape);

/**
 * The linear recurrence h_t = a_t h_{t-1} + b_t with h_{-1} = 0 along the last axis of [.., .., .., L], out of
 * TensorFlow.js operators. Its gradient is the same scan from the end with a shifted by one (half the cost of
 * differentiating the passes): g_t = dh_t + a_{t+1} g_{t+1}; db = g; da_t = g_t h_{t-1}.
 */
export function linearScan(a: tf.Tensor4D, b: tf.Tensor4D): tf.Tensor4D {
  const { shape } = b;
  const withGradient = tf.customGrad((...inputs: (tf.Tensor | tf.GradSaveFunc)[]) => {
    const [decay, drive, save] = inputs as [tf.Tensor4D, tf.Tensor4D, tf.GradSaveFunc];
    const rates = tokensFirst(decay);
    const h = scan(rates, tokensFirst(drive), 1);
    save([rates, h]);
    const gradFunc = (dh: tf.Tensor, saved: tf.Tensor[]) => {
      const [savedRates, states] = saved as [tf.Tensor2D, tf.Tensor2D];
      return tf.tidy(() => {
        const g = scan(shift(savedRates, -1), tokensFirst(dh), -1); // a_{t+1}
        return [tokensLast(tf.mul(g, shift(states, 1)), shape), tokensLast(g, shape)];
      });
    };
    return { value: tokensLast(h, shape), gradFunc };
  });
  return withGradient(a, b);
}
