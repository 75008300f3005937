import type { DType } from '../dtype.js';
import type { NdArray } from '../ndarray.js';

/** A cube that is going to be written part by part. */
export interface CreateCubeOptions {
  /** [height, width, bands] */
  readonly shape: readonly [number, number, number];
  /** Default float32. */
  readonly dtype?: DType;
}

/** A cube in a file of named arrays. */
export interface CreateNamedCubeOptions extends CreateCubeOptions {
  /** Name of the cube in the file. */
  readonly name: string;
  /** Small arrays that stand beside the cube, written whole. */
  readonly beside?: ReadonlyMap<string, NdArray>;
}
