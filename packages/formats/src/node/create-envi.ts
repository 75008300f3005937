import type { DType } from '../dtype.js';
import { ITEM_BYTES } from '../dtype.js';
import { encodeElements } from '../elements.js';
import { fromCube, STORED_AXES } from '../envi/envi-layout.js';
import { enviType, formatEnviHeader, writeEnvi, type WriteEnviOptions } from '../envi/write-envi.js';
import { checkNdArray, sizeOf, type NdArray } from '../ndarray.js';
import { AtomicFile } from './atomic-file.js';
import { forEachRun } from './hyperslab.js';
import { writeFileAtomic } from './write-file-atomic.js';

export interface CreateEnviOptions extends WriteEnviOptions {
  /** [lines, samples, bands] */
  readonly shape: readonly [number, number, number];
  /** Default float32. */
  readonly dtype?: DType;
}

/** `x.hdr` and `x.img` for a path with either ending or with none. */
function pairOf(path: string): { headerPath: string; dataPath: string } {
  const stem = path.replace(/\.(hdr|img)$/i, '');
  return { headerPath: `${stem}.hdr`, dataPath: `${stem}.img` };
}

/**
 * An ENVI image on disk that is written part by part, so that it can be larger than memory. The two
 * files appear when `finish` is called, whole or not at all.
 */
export class EnviWriter {
  readonly headerPath: string;
  readonly dataPath: string;
  private readonly file: AtomicFile;
  private readonly header: string;
  private readonly shape: readonly [number, number, number];
  private readonly dtype: DType;
  private readonly interleave: NonNullable<WriteEnviOptions['interleave']>;
  private written = 0;

  constructor(path: string, options: CreateEnviOptions) {
    ({ headerPath: this.headerPath, dataPath: this.dataPath } = pairOf(path));
    this.shape = options.shape;
    this.dtype = enviType('EnviWriter', options.dtype ?? 'float32');
    this.interleave = options.interleave ?? 'bsq';
    this.header = formatEnviHeader('EnviWriter', this.shape, this.dtype, options);
    this.file = new AtomicFile(this.dataPath);
  }

  /** Writes a block [lines, samples, bands] whose first value is at [line, sample, band]; one band of a bsq image is one write. */
  write(block: NdArray, at: readonly [line: number, sample: number, band: number]): void {
    checkNdArray('EnviWriter.write', block);
    if (block.shape.length !== 3 || enviType('EnviWriter.write', block.dtype) !== this.dtype) {
      throw new RangeError(
        `EnviWriter.write: got ${block.dtype} [${block.shape.join(', ')}], wanted ${this.dtype} [lines, samples, bands]`,
      );
    }
    const region = block.shape.map((extent, axis) => [at[axis] ?? 0, (at[axis] ?? 0) + extent] as const);
    if (
      region.some(
        ([begin, end], axis) => !Number.isSafeInteger(begin) || begin < 0 || end > (this.shape[axis] ?? 0),
      )
    ) {
      throw new RangeError(
        `EnviWriter.write: a block [${block.shape.join(', ')}] at [${at.join(', ')}] leaves the image [${this.shape.join(', ')}]`,
      );
    }
    const axes = STORED_AXES[this.interleave];
    const bytes = encodeElements(fromCube({ ...block, dtype: this.dtype }, this.interleave).data, this.dtype);
    const item = ITEM_BYTES[this.dtype];
    let done = 0;
    forEachRun(
      axes.map((axis) => this.shape[axis] ?? 0),
      axes.map((axis) => region[axis] ?? ([0, 0] as const)),
      (element, count) => {
        this.file.write(bytes.subarray(done, done + count * item), element * item);
        done += count * item;
      },
    );
    this.written += block.data.length;
  }

  /** Makes both files appear. */
  finish(): void {
    const wanted = sizeOf(this.shape);
    if (this.written < wanted) {
      this.discard();
      throw new Error(
        `EnviWriter.finish: only ${String(this.written)} of ${String(wanted)} values were written; no file was made`,
      );
    }
    this.file.commit();
    writeFileAtomic(this.headerPath, this.header);
  }

  /** Gives up: no file appears, old files stay. */
  discard(): void {
    this.file.discard();
  }
}

/** Writes a cube [lines, samples, bands] as `x.hdr` and `x.img`. */
export function writeEnviFile(path: string, cube: NdArray, options: WriteEnviOptions = {}): void {
  const { header, data } = writeEnvi(cube, options);
  const { headerPath, dataPath } = pairOf(path);
  writeFileAtomic(dataPath, data);
  writeFileAtomic(headerPath, header);
}
