/**
 * How an official (PyTorch) tensor is laid out in our weight:
 *
 * | layout       | official                | ours                          |
 * |--------------|-------------------------|-------------------------------|
 * | `same`       | any                     | same shape, same order        |
 * | `reshape`    | any                     | same values, same order, another shape |
 * | `conv2d`     | [out, in, kh, kw]       | [kh, kw, in, out]             |
 * | `depthwise`  | [channels, 1, kh, kw]   | [kh, kw, channels, 1]         |
 * | `transposed` | [in, out, kh, kw]       | [kh, kw, out, in]             |
 * | `linear`     | [out, in]               | [in, out]                     |
 * | `pointwise`  | [out, in, 1, 1]         | [in, out]                     |
 */
export type StateLayout = 'same' | 'reshape' | 'conv2d' | 'depthwise' | 'transposed' | 'linear' | 'pointwise';

/**
 * What an entry is in the network:
 * `parameter` learnt and used; `dead` a parameter that nothing reads (no gradient, counted in the honest
 * parameter count as the field does); `buffer` a running statistic or counter; `alias` a second name of
 * the tensor of another entry.
 */
export type StateKind = 'parameter' | 'dead' | 'buffer' | 'alias';

/** One entry of an official state dictionary. */
export interface StateEntry {
  /** Official name, for instance `VSS1.ln_1.weight`. */
  readonly official: string;
  /** Official shape. */
  readonly shape: readonly number[];
  readonly layout: StateLayout;
  readonly kind: StateKind;
  /**
   * Our weight as `layer/weight` (TensorFlow.js' original name of the variable), for an alias that of the
   * tensor it shares; undefined for entries that we do not keep (integer counters).
   */
  readonly ours: string | undefined;
}

/** Number of values of a shape; 1 for a scalar. */
export function sizeOf(shape: readonly number[]): number {
  return shape.reduce((a, b) => a * b, 1);
}

/** Honest parameter count: learnt and dead parameters, each shared tensor once, no buffers. */
export function countParameters(entries: readonly StateEntry[]): number {
  return entries
    .filter((entry) => entry.kind === 'parameter' || entry.kind === 'dead')
    .reduce((sum, entry) => sum + sizeOf(entry.shape), 0);
}
