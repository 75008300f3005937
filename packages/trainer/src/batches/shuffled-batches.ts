import { uniformInt } from 'pure-rand/distribution/uniformInt';
import { xoroshiro128plus } from 'pure-rand/generator/xoroshiro128plus';
import type { Batch, BatchSource } from './batch-source.js';

/** One patch, row-major [height, width, 3] and [height, width, bands]. */
export interface Patch {
  readonly rgb: Float32Array;
  readonly cube: Float32Array;
  readonly height: number;
  readonly width: number;
}

/** Patches by number, read when asked for. `draw` is the number of the visit, for seeded augmentation. */
export interface PatchSet {
  readonly length: number;
  patchAt(index: number, draw: number): Patch | Promise<Patch>;
}

export interface ShuffledBatchesOptions {
  readonly batchSize: number;
  readonly seed: number;
  /** Default true: a new order each epoch, over all patches of all scenes. */
  readonly shuffle?: boolean;
  /** Default true, as the papers train: the last, smaller batch of an epoch is left out. */
  readonly dropLast?: boolean;
}

/** 0 to length - 1 in the order of (seed, epoch): Fisher-Yates on xoroshiro128+. */
function shuffledOrder(length: number, seed: number, epoch: number): Uint32Array {
  const order = Uint32Array.from({ length }, (_, i) => i);
  const random = xoroshiro128plus((Math.imul(seed, 0x9e3779b1) + Math.imul(epoch + 1, 0x85ebca77)) | 0);
  for (let i = length - 1; i > 0; i--) {
    const j = uniformInt(random, 0, i);
    const swapped = order[i]!;
    order[i] = order[j]!;
    order[j] = swapped;
  }
  return order;
}

/** Batches of patches in a seeded order, one visit to each patch an epoch. */
export function shuffledBatches(patches: PatchSet, options: ShuffledBatchesOptions): BatchSource {
  const { batchSize, seed, shuffle = true, dropLast = true } = options;
  if (!(Number.isInteger(batchSize) && batchSize > 0)) {
    throw new RangeError(`shuffledBatches: batchSize is ${batchSize}, wanted an integer of at least 1`);
  }
  const stepsPerEpoch = dropLast
    ? Math.floor(patches.length / batchSize)
    : Math.ceil(patches.length / batchSize);
  if (stepsPerEpoch === 0) {
    throw new RangeError(
      `shuffledBatches: ${patches.length} patches do not fill one batch of ${batchSize}; take a smaller batch, a smaller stride or more scenes`,
    );
  }
  let epochOfOrder = -1;
  let order: Uint32Array = new Uint32Array();
  const orderOf = (epoch: number) => {
    if (epoch !== epochOfOrder) {
      order = shuffle
        ? shuffledOrder(patches.length, seed, epoch)
        : Uint32Array.from({ length: patches.length }, (_, i) => i);
      epochOfOrder = epoch;
    }
    return order;
  };
  return {
    batchSize,
    stepsPerEpoch,
    async batchAt(step) {
      const epoch = Math.floor(step / stepsPerEpoch);
      const start = (step % stepsPerEpoch) * batchSize;
      const indices = orderOf(epoch).slice(start, start + batchSize);
      const chosen: Patch[] = [];
      for (const [k, index] of indices.entries()) {
        chosen.push(await patches.patchAt(index, epoch * patches.length + start + k));
      }
      return stackPatches(chosen);
    },
  };
}

/** @throws when patches of different sizes meet in one batch. */
export function stackPatches(patches: readonly Patch[]): Batch {
  const first = patches[0];
  if (first === undefined) throw new RangeError('stackPatches: no patches');
  const { height, width } = first;
  const bands = first.cube.length / (height * width);
  const rgb = new Float32Array(patches.length * first.rgb.length);
  const cube = new Float32Array(patches.length * first.cube.length);
  patches.forEach((patch, i) => {
    if (patch.height !== height || patch.width !== width || patch.cube.length !== first.cube.length) {
      throw new RangeError(
        `stackPatches: patch ${i} is ${patch.height} x ${patch.width} with ${patch.cube.length} values, the first ${height} x ${width} with ${first.cube.length}; all patches of a batch have one size`,
      );
    }
    rgb.set(patch.rgb, i * first.rgb.length);
    cube.set(patch.cube, i * first.cube.length);
  });
  return { rgb, cube, size: patches.length, height, width, bands };
}
