/** Patches cut from scenes: row-major [size, height, width, 3] and [size, height, width, bands]. */
export interface Batch {
  readonly rgb: Float32Array;
  readonly cube: Float32Array;
  readonly size: number;
  readonly height: number;
  readonly width: number;
  readonly bands: number;
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
