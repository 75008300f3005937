import * as tf from '@tensorflow/tfjs-core';
import { linearScan } from './linear-scan.js';
import type { SelectiveScanArgs, SelectiveScanResult } from './selective-scan.js';

/** Tokens a segment: bounds the [B, D, N, segment] tensors whatever the length. */
export const SEGMENT = 4096;

/** [B, G, N, L] to [B, D, N, L]: each group's matrix for each of its channels. */
function forChannels(x: tf.Tensor4D, channels: number): tf.Tensor4D {
  const [batch, groups, states, length] = x.shape;
  if (groups === channels) return x;
  const repeated = tf.tile(tf.reshape(x, [batch * groups, 1, states, length]), [1, channels / groups, 1, 1]);
  return tf.reshape(repeated, [batch, channels, states, length]);
}

/**
 * {@link selectiveScan} out of TensorFlow.js operators, for any backend: a parallel scan over segments of
 * {@link SEGMENT} tokens with a carried state. For correctness and for GPUs; the SIMD kernel is two orders faster on a
 * CPU.
 */
export function selectiveScanComposed(args: SelectiveScanArgs): SelectiveScanResult {
  const { u, delta, A, B, C, D, z, deltaBias, initialState, deltaSoftplus = false, reverse = false } = args;
  const [batch, channels, length] = u.shape;
  const states = A.shape[1];
  const ordered = <T extends tf.Tensor>(x: T): T => (reverse ? tf.reverse(x, x.rank - 1) : x);
  const result = tf.tidy(() => {
    const raw = deltaBias === undefined ? delta : tf.add(delta, tf.reshape(deltaBias, [channels, 1]));
    const step = ordered(deltaSoftplus ? tf.softplus(raw) : raw); // [B, D, L]
    const input = ordered(u);
    const rates = tf.reshape(A, [1, channels, states, 1]);
    const [orderedB, orderedC] = [ordered(B), ordered(C)];
    let h: tf.Tensor = initialState ?? tf.zeros([batch, channels, states]);
    const parts: tf.Tensor[] = [];
    for (let begin = 0; begin < length; begin += SEGMENT) {
      const count = Math.min(SEGMENT, length - begin);
      const sequence = (x: tf.Tensor) =>
        tf.expandDims<tf.Tensor4D>(tf.slice(x, [0, 0, begin], [batch, channels, count]), 2); // [B, D, 1, l]
      const matrix = (x: tf.Tensor4D) =>
        forChannels(tf.slice(x, [0, 0, 0, begin], [batch, x.shape[1], states, count]), channels); // [B, D, N, l]
      const segmentStep = sequence(step);
      const decay = tf.exp(tf.mul(segmentStep, rates)); // exp(delta A)
      const drive = tf.mul(tf.mul(segmentStep, sequence(input)), matrix(orderedB)); // delta u B
      // The carried state enters as a_0 h added to the first token.
      const entering = tf.mul(tf.slice(decay, [0, 0, 0, 0], [-1, -1, -1, 1]), tf.expandDims(h, 3));
      const first =
        count === 1
          ? entering
          : tf.pad(entering, [
              [0, 0],
              [0, 0],
              [0, 0],
              [0, count - 1],
            ]);
      const h_t = linearScan(decay as tf.Tensor4D, tf.add(drive, first));
      parts.push(tf.sum(tf.mul(h_t, matrix(orderedC)), 2)); // [B, D, l]
      h = tf.reshape(tf.slice(h_t, [0, 0, 0, count - 1], [-1, -1, -1, 1]), [batch, channels, states]);
    }
    const scanned = ordered(parts.length === 1 ? parts[0]! : tf.concat(parts, 2));
    const skipped = D === undefined ? scanned : tf.add(scanned, tf.mul(u, tf.reshape(D, [channels, 1])));
    const y = z === undefined ? skipped : tf.mul(skipped, tf.mul(z, tf.sigmoid(z)));
    return [y, h];
  });
  return { y: result[0] as tf.Tensor3D, lastState: result[1] as tf.Tensor3D };
}
