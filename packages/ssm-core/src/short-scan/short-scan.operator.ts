import { defineOperator } from '@prismamba/core/operator';
import * as tf from '@tensorflow/tfjs-core';

export interface ShortScanInputs {
  /** Input of the scan, [T, D]: T tokens, sequences of `length` tokens one after the other. */
  readonly u: tf.Tensor2D;
  /** Step size before bias and softplus, [T, D]. */
  readonly step: tf.Tensor2D;
  /** The gate z is its second half, [T, 2D]: the output of a Mamba block's in_proj as it is. */
  readonly both: tf.Tensor2D;
  /** B and C are its last 2N columns, [T, R + 2N]: the output of x_proj as it is. */
  readonly projected: tf.Tensor2D;
  /** State matrix (diagonal), [D, N], negative. */
  readonly A: tf.Tensor2D;
  /** Added to the step, [D]. */
  readonly bias: tf.Tensor1D;
  /** Skip, [D]. */
  readonly skip: tf.Tensor1D;
}

export interface ShortScanAttributes {
  /** Tokens a sequence, L; T is a multiple of it. */
  readonly length: number;
}

export interface ShortScanArgs extends ShortScanInputs, ShortScanAttributes {}

/**
 * Saved: the inputs. With g_t = dL/dh_t walked from a sequence's last token, y' the ungated output and dy' = dy SiLU(z):
 *
 *   g_t = dy'_t C_t + exp(delta_{t+1} A) g_{t+1};   dC_t = sum_d dy'_t h_t;   dB_t = sum_d g_t delta_t u_t
 *   du_t = g_t . B_t delta_t + skip dy'_t;   ddelta_t = g_t . (A exp(delta_t A) h_{t-1} + u_t B_t)
 *   dz_t = dy_t y'_t SiLU'(z_t);   dA = sum_t g_t exp(delta_t A) h_{t-1} delta_t
 */
export const shortScanOperator = /* @__PURE__ */ defineOperator({
  name: 'ShortScan',
  inputs: {
    u: 'required',
    step: 'required',
    both: 'required',
    projected: 'required',
    A: 'required',
    bias: 'required',
    skip: 'required',
  },
  attributes: { length: 'number' },
  outputs: ['y'],
  kernels: { wasm: '@prismamba/ssm-core/wasm', webgpu: '@prismamba/ssm-core/webgpu' },
  saved: { inputs: 'all' },
  composed,
});

/**
 * A token at a time over all sequences at once.
 * Memory: some [sequences, D, N] a token; callers cut the sequences into pieces.
 */
function composed(
  { u, step, both, projected, A, bias, skip }: ShortScanInputs,
  { length }: ShortScanAttributes,
): { y: tf.Tensor2D } {
  const [tokens, inner] = u.shape;
  const states = A.shape[1];
  const sequences = tokens / length;
  const rank = projected.shape[1] - 2 * states;
  const gated = tf.tidy(() => {
    const z = tf.slice(both, [0, inner], [tokens, inner]);
    const delta = tf.softplus(tf.add(step, bias));
    /** Token t of columns `from` and following, as [sequences, ...shape]. */
    const token = (x: tf.Tensor2D, t: number, from: number, size: number, shape: number[]): tf.Tensor =>
      tf.reshape(
        tf.slice(tf.reshape(x, [sequences, length, x.shape[1]]), [0, t, from], [sequences, 1, size]),
        [sequences, ...shape],
      );
    // From a state of zeros, so that A takes part in the first token too (its gradient is zero there, not missing).
    let h: tf.Tensor = tf.zeros([sequences, inner, states]);
    const outputs: tf.Tensor[] = [];
    for (let t = 0; t < length; t++) {
      const d = token(delta as tf.Tensor2D, t, 0, inner, [inner, 1]); // [S, D, 1]
      const input = token(u, t, 0, inner, [inner, 1]);
      const driven = tf.mul(tf.mul(d, input), token(projected, t, rank, states, [1, states])); // [S, D, N]
      h = tf.add(tf.mul(tf.exp(tf.mul(d, A)), h), driven);
      const seen = tf.sum(tf.mul(h, token(projected, t, rank + states, states, [1, states])), 2); // [S, D]
      outputs.push(tf.expandDims(tf.add(seen, tf.mul(tf.reshape(input, [sequences, inner]), skip)), 1));
    }
    const y = tf.reshape(tf.concat(outputs, 1), [tokens, inner]);
    return tf.mul<tf.Tensor2D>(y, tf.mul(z, tf.sigmoid(z)));
  });
  return { y: gated };
}
