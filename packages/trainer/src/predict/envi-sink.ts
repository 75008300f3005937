import { EnviWriter } from '@prismamba/formats/node';
import type { CubeShape, CubeSink } from './cube-sink.js';

export interface EnviSinkOptions {
  /** Order in the file: `bsq` (default) band after band, `bil` line after line, `bip` pixel after pixel. */
  readonly interleave?: 'bsq' | 'bil' | 'bip';
  /** Band centres in nm for the header. */
  readonly wavelengths?: readonly number[];
  /** One line for the header, for instance how the cube was made; no braces. */
  readonly description?: string;
}

/** Rows that are reordered for the file at a time; bounds the memory beyond what is handed in. */
const rowsAtOnce = 16;

/**
 * A sink that writes an ENVI image (float32, `x.hdr` and `x.img`) while it is predicted, so that the cube need not fit into
 * memory. The files appear at the end, whole; after a failure older files of these names stay as they were.
 */
export class EnviFileSink implements CubeSink {
  readonly #path: string;
  readonly #options: EnviSinkOptions;
  #shape: CubeShape = { height: 0, width: 0, bands: 0 };
  #writer: EnviWriter | undefined;

  /** @param path with the ending `.img`, `.hdr` or none */
  constructor(path: string, options: EnviSinkOptions = {}) {
    this.#path = path;
    this.#options = options;
  }

  begin(shape: CubeShape): void {
    this.#shape = shape;
    const { height, width, bands } = shape;
    this.#writer = new EnviWriter(this.#path, { ...this.#options, shape: [height, width, bands] });
  }

  writeRows(row: number, rows: number, data: Float32Array): void {
    const { width, bands } = this.#shape;
    for (let i = 0; i < rows; i += rowsAtOnce) {
      const count = Math.min(rowsAtOnce, rows - i);
      const block = data.subarray(i * width * bands, (i + count) * width * bands);
      this.#writer?.write({ dtype: 'float32', shape: [count, width, bands], data: block }, [row + i, 0, 0]);
    }
  }

  end(): void {
    this.#writer?.finish();
  }

  abort(): void {
    this.#writer?.discard();
  }
}
