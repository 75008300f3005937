import { defineOperator } from '@prismamba/core/operator';
import * as tf from '@tensorflow/tfjs-core';
import { linearScan } from './linear-scan.js';

export interface SelectiveScanInputs {
  /** Input, [B, D, L]. */
  readonly u: tf.Tensor3D;
  /** Step size before bias and softplus, [B, D, L]. */
  readonly delta: tf.Tensor3D;
  /** State matrix (diagonal), [D, N]; negative in Mamba (A = -exp(A_log)). */
  readonly A: tf.Tensor2D;
  /** Input matrices, [B, G, N, L]; each group serves D/G consecutive channels. */
  readonly B: tf.Tensor4D;
  /** Output matrices, [B, G, N, L]. */
  readonly C: tf.Tensor4D;
  /** Skip, [D]; none unless given. */
  readonly D?: tf.Tensor1D | undefined;
  /** Added to delta, [D]. */
  readonly deltaBias?: tf.Tensor1D | undefined;
  /** State before the first token, [B, D, N]; zero unless given. */
  readonly initialState?: tf.Tensor3D | undefined;
}

export interface SelectiveScanAttributes {
  /** delta = softplus(delta + deltaBias); false unless stated. */
  readonly deltaSoftplus: boolean;
  /** Runs from the last token to the first; false unless stated. */
  readonly reverse: boolean;
  /** False: a kernel makes no last state, and `lastState` is empty. */
  readonly withLastState: boolean;
}

export interface SelectiveScanResult {
  /** [B, D, L]. */
  readonly y: tf.Tensor3D;
  /** State after the last token (with `reverse`: after the first), [B, D, N]. */
  readonly lastState: tf.Tensor3D;
}

/**
 * Saved: the inputs and the state at the start of every chunk of 64 tokens but the first, N/64 floats a channel and
 * token. Everything inside a chunk is computed again. With g_t = dL/dh_t, walked from the last token:
 *
 *   g_t = dy_t C_t + exp(delta_{t+1} A) g_{t+1};   dC_t = dy_t h_t;   dB_t = g_t delta_t u_t
 *   du_t = g_t . B_t delta_t + D dy_t;   ddelta_t = g_t . (A exp(delta_t A) h_{t-1} + u_t B_t)
 *   dA = sum_t g_t exp(delta_t A) h_{t-1} delta_t;   dD = sum_t dy_t u_t;   dbias = sum_t ddelta_t softplus'
 */
export const selectiveScanOperator = /* @__PURE__ */ defineOperator({
  name: 'SelectiveScan',
  inputs: {
    u: 'required',
    delta: 'required',
    A: 'required',
    B: 'required',
    C: 'required',
    D: 'optional',
    deltaBias: 'optional',
    initialState: 'optional',
  },
  attributes: { deltaSoftplus: 'boolean', reverse: 'boolean', withLastState: 'boolean' },
  outputs: ['y', 'lastState'],
  kernels: { wasm: '@prismamba/ssm-core/wasm', webgpu: '@prismamba/ssm-core/webgpu' },
  saved: { inputs: 'all', intermediates: ['states'] },
  composed,
});

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
 * A parallel scan over segments of {@link SEGMENT} tokens with a carried state. For correctness and for GPUs; the SIMD
 * kernel is two orders faster on a CPU.
 */
function composed(
  { u, delta, A, B, C, D, deltaBias, initialState }: SelectiveScanInputs,
  { deltaSoftplus, reverse }: SelectiveScanAttributes,
): SelectiveScanResult {
  const [batch, channels, length] = u.shape;
  const states = A.shape[1];
  const ordered = <T extends tf.Tensor>(x: T): T => (reverse ? tf.reverse(x, x.rank - 1) : x);
  return tf.tidy(() => {
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
    const y = D === undefined ? scanned : tf.add(scanned, tf.mul(u, tf.reshape(D, [channels, 1])));
    return { y: y as tf.Tensor3D, lastState: h as tf.Tensor3D };
  });
}
