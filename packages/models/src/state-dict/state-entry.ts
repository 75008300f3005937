/**
 * How an official (PyTorch) tensor is laid out in our weight:
 *
 * | layout      | official                | ours                    |
 * |-------------|-------------------------|-------------------------|
 * | `same`      | any                     | same shape, same order  |
 * | `conv2d`    | [out, in, kh, kw]       | [kh, kw, in, out]       |
 * | `depthwise` | [channels, 1, kh, kw]   | [kh, kw, channels, 1]   |
 * | `transposed`| [in, out, kh, kw]       | [kh, kw, out, in]       |
 * | `linear`    | [out, in]               | [in, out]               |
 */
export type StateLayout = 'same' | 'conv2d' | 'depthwise' | 'transposed' | 'linear';

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
