import { ITEM_BYTES, type DType } from '../dtype.js';
import { encodeElements } from '../elements.js';
import { checkNdArray, sizeOf, type NdArray } from '../ndarray.js';
import type { AtomicFile } from './atomic-file.js';
import { forEachRun } from './hyperslab.js';

export interface StoredCubeOptions {
  /** Name of the public class, for messages. */
  readonly caller: string;
  /** [lines, samples, bands] */
  readonly shape: readonly [number, number, number];
  readonly dtype: DType;
  /** Axes of the cube in the order in which the file stores them, slowest first. */
  readonly axes: readonly [number, number, number];
  /** Byte of the first value. */
  readonly offset: number;
  /** The values of a block in the file's order. */
  readonly reorder: (block: NdArray) => NdArray['data'];
}

/** A cube inside a file that is written block by block, in whatever order the file stores its axes. */
export class StoredCube {
  private written = 0;

  constructor(
    private readonly file: AtomicFile,
    private readonly options: StoredCubeOptions,
  ) {}

  /** Writes a block [lines, samples, bands] whose first value is at [line, sample, band]. */
  write(block: NdArray, at: readonly [line: number, sample: number, band: number]): void {
    const { caller, shape, dtype, axes, offset, reorder } = this.options;
    checkNdArray(`${caller}.write`, block);
    if (block.shape.length !== 3 || block.dtype !== dtype) {
      throw new RangeError(
        `${caller}.write: got ${block.dtype} [${block.shape.join(', ')}], wanted ${dtype} [lines, samples, bands]`,
      );
    }
    const region = block.shape.map((extent, axis) => [at[axis] ?? 0, (at[axis] ?? 0) + extent] as const);
    if (
      region.some(
        ([begin, end], axis) => !Number.isSafeInteger(begin) || begin < 0 || end > (shape[axis] ?? 0),
      )
    ) {
      throw new RangeError(
        `${caller}.write: a block [${block.shape.join(', ')}] at [${at.join(', ')}] leaves the image [${shape.join(', ')}]`,
      );
    }
    const bytes = encodeElements(reorder(block), dtype);
    const item = ITEM_BYTES[dtype];
    let done = 0;
    forEachRun(
      axes.map((axis) => shape[axis] ?? 0),
      axes.map((axis) => region[axis] ?? ([0, 0] as const)),
      (element, count) => {
        this.file.write(bytes.subarray(done, done + count * item), offset + element * item);
        done += count * item;
      },
    );
    this.written += block.data.length;
  }

  /** @throws where values are missing; the file is discarded then */
  complete(): void {
    const { caller, shape } = this.options;
    const wanted = sizeOf(shape);
    if (this.written >= wanted) return;
    this.file.discard();
    throw new Error(
      `${caller}.finish: only ${String(this.written)} of ${String(wanted)} values were written; no file was made`,
    );
  }
}
