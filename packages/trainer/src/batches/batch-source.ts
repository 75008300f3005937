/** Patches cut from scenes: row-major [size, height, width, 3] and [size, height, width, bands]. */
export interface Batch {
  readonly rgb: Float32Array;
  readonly cube: Float32Array;
  readonly size: number;
  readonly height: number;
  readonly width: number;
  readonly bands: number;
  /** Where the patches come from, in order; named when training stops at one of them. */
  readonly patches?: readonly PatchPlace[];
}

/** A patch of a scene: zero-based row and column of its first pixel. */
export interface PatchPlace {
  readonly scene: string;
  readonly row: number;
  readonly column: number;
}

/**
 * Where training takes its batches. `batchAt` is a pure function of the step (the seed is part of the source), so
 * a resumed run sees what the uninterrupted one would have seen, and needs no state but the step.
 */
export interface BatchSource {
  readonly batchSize: number;
  readonly stepsPerEpoch: number;
  batchAt(step: number): Promise<Batch>;
}
