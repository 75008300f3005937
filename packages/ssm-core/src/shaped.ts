/** Anything with extents: a tensor, or an array beside its shape. */
export interface Shaped {
  readonly shape: readonly number[];
}
