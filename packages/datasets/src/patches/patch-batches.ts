import { DatasetError } from '../dataset-error.js';
import { createRandom, deriveSeed } from '@prismamba/core';
import type { ScenePatches } from './scene-patches.js';

/** Patches stacked: row-major [size, height, width, 3] and [size, height, width, bands]. */
export interface PatchBatch {
  readonly rgb: Float32Array;
  readonly cube: Float32Array;
  readonly size: number;
  readonly height: number;
  readonly width: number;
  readonly bands: number;
  /** Scene and first pixel of each patch, in the batch's order. */
  readonly patches: readonly { readonly scene: string; readonly row: number; readonly column: number }[];
}

/** Options of {@link patchBatches}. */
export interface PatchBatchesOptions {
  readonly batchSize: number;
  /** Integer seed of the order, default 0. */
  readonly seed?: number;
  /** Default true: a new order each epoch over all patches of all scenes. */
  readonly shuffle?: boolean;
  /** Default true, as the papers train: the last, smaller batch of an epoch is left out. */
  readonly dropLast?: boolean;
  /** Batches that are read ahead while the caller computes, default 1; 0 reads when asked. */
  readonly prefetch?: number;
}

/** Batches by step; `batchAt` is a pure function of the step, so a resumed run needs no state but its step. */
export interface PatchBatches {
  readonly batchSize: number;
  readonly stepsPerEpoch: number;
  batchAt(step: number): Promise<PatchBatch>;
  /** The batches of one epoch in order. */
  epoch(epoch: number): AsyncGenerator<PatchBatch>;
}

/**
 * Batches in a global, seeded order. While the caller works on batch `step`, the next ones are being read: file reads
 * run on the system's threads, decoding too where the source reads in a worker (`scenesInWorker` of
 * `@prismamba/datasets/node`).
 *
 * @throws DatasetError where the patches do not fill one batch
 */
export function patchBatches(patches: ScenePatches, options: PatchBatchesOptions): PatchBatches {
  const { batchSize, seed = 0, shuffle = true, dropLast = true, prefetch = 1 } = options;
  if (!Number.isInteger(batchSize) || batchSize < 1) {
    throw new DatasetError(`patchBatches: batchSize must be an integer >= 1, got ${batchSize}`);
  }
  if (!Number.isInteger(prefetch) || prefetch < 0) {
    throw new DatasetError(`patchBatches: prefetch must be an integer >= 0, got ${prefetch}`);
  }
  const { length } = patches;
  const stepsPerEpoch = dropLast ? Math.floor(length / batchSize) : Math.ceil(length / batchSize);
  if (stepsPerEpoch === 0) {
    throw new DatasetError(
      `patchBatches: ${length} patches do not fill one batch of ${batchSize}; take a smaller batch, a smaller stride or more scenes`,
    );
  }
  const orders = new Map<number, Uint32Array>();
  const orderOf = (epoch: number): Uint32Array => {
    let order = orders.get(epoch);
    if (order === undefined) {
      order = Uint32Array.from({ length }, (_, i) => i);
      if (shuffle) createRandom(deriveSeed(seed, 'order', epoch)).shuffle(order);
      if (orders.size > 1) orders.clear(); // reading ahead needs two epochs at most
      orders.set(epoch, order);
    }
    return order;
  };
  const read = async (step: number): Promise<PatchBatch> => {
    const epoch = Math.floor(step / stepsPerEpoch);
    const start = (step % stepsPerEpoch) * batchSize;
    const indices = [...orderOf(epoch).slice(start, start + batchSize)];
    const chosen = await Promise.all(
      indices.map((index, k) => patches.patchAt(index, epoch * length + start + k)),
    );
    const { height, width } = chosen[0]!;
    const rgb = new Float32Array(chosen.length * height * width * 3);
    const cube = new Float32Array(chosen.length * height * width * patches.bands);
    chosen.forEach((patch, i) => {
      rgb.set(patch.rgb, i * patch.rgb.length);
      cube.set(patch.cube, i * patch.cube.length);
    });
    const places = chosen.map(({ sceneId, region }) => ({
      scene: sceneId,
      row: region.row,
      column: region.column,
    }));
    return { rgb, cube, size: chosen.length, height, width, bands: patches.bands, patches: places };
  };
  const ahead = new Map<number, Promise<PatchBatch>>();
  const batchAt = (step: number): Promise<PatchBatch> => {
    if (!Number.isInteger(step) || step < 0) {
      return Promise.reject(new RangeError(`patchBatches: step must be an integer >= 0, got ${step}`));
    }
    const batch = ahead.get(step) ?? read(step);
    for (const other of ahead.keys()) {
      if (other <= step || other > step + prefetch) ahead.delete(other);
    }
    for (let next = step + 1; next <= step + prefetch; next++) {
      if (ahead.has(next)) continue;
      const early = read(next);
      early.catch(() => undefined); // an error is told when the batch is asked for
      ahead.set(next, early);
    }
    return batch;
  };
  return {
    batchSize,
    stepsPerEpoch,
    batchAt,
    async *epoch(epoch) {
      for (let i = 0; i < stepsPerEpoch; i++) yield await batchAt(epoch * stepsPerEpoch + i);
    },
  };
}
