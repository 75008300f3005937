import type { NdArray } from '@prismamba/formats';
import { standardWavelengths } from '@prismamba/datasets';
import { bandsFile } from '@prismamba/datasets/node';
import { Mat5Writer, NpyWriter, NpzWriter, writeFileAtomic } from '@prismamba/formats/node';
import type { CubeShape, CubeSink } from '@prismamba/trainer';
import { EnviFileSink } from '@prismamba/trainer/node';
import { UserError } from '../user-error.js';

/** A cube file that is being written; it appears whole when the prediction ends, or not at all. */
export interface CubeFile extends CubeSink {
  readonly files: readonly string[];
}

/** A writer of one file, which takes blocks of rows from the top down. */
interface RowWriter {
  append(block: NdArray, row: number): void;
  finish(): void;
  discard(): void;
}

type OpenWriter = (path: string, shape: readonly [number, number, number], bandCentres: NdArray) => RowWriter;

/** One file, written as the rows come: a photo of any size needs no more memory than a block. */
class RowFile implements CubeFile {
  readonly files: readonly string[];
  private writer: RowWriter | undefined;
  private rowShape: readonly [width: number, bands: number] = [0, 0];

  constructor(
    private readonly path: string,
    private readonly wavelengths: readonly number[],
    private readonly open: OpenWriter,
  ) {
    this.files = [path];
  }

  begin({ height, width, bands }: CubeShape): void {
    this.rowShape = [width, bands];
    const centres = Float32Array.from(this.wavelengths);
    try {
      this.writer = this.open(this.path, [height, width, bands], {
        dtype: 'float32',
        shape: [bands],
        data: centres,
      });
    } catch (error) {
      // What the format cannot hold; a folder that is missing has an error of its own.
      if (error instanceof RangeError) throw new UserError(`${this.path}: ${error.message}`);
      throw error;
    }
  }

  writeRows(row: number, rows: number, data: Float32Array): void {
    this.writer?.append({ dtype: 'float32', shape: [rows, ...this.rowShape], data }, row);
  }

  end(): void {
    this.writer?.finish();
  }

  abort(): void {
    this.writer?.discard();
  }
}

/** ENVI (`.hdr` and `.img`, bsq). */
class EnviFile extends EnviFileSink implements CubeFile {
  readonly files: readonly string[];
  constructor(path: string, wavelengths: readonly number[]) {
    super(path, { wavelengths, description: 'reconstructed from RGB by Prismamba' });
    const stem = path.replace(/\.(hdr|img)$/i, '');
    this.files = [`${stem}.hdr`, `${stem}.img`];
  }
}

/** A writer that puts blocks at their place. */
const placed = (writer: NpyWriter | Mat5Writer): RowWriter => ({
  append: (block, row) => writer.write(block, [row, 0, 0]),
  finish: () => writer.finish(),
  discard: () => writer.discard(),
});

/** Opens a file for a cube whose bands are these wavelengths in nm. */
export type OpenCubeFile = (path: string, wavelengths: readonly number[]) => CubeFile;

const rowFile =
  (open: OpenWriter): OpenCubeFile =>
  (path, wavelengths) =>
    new RowFile(path, wavelengths, open);

/**
 * A `.npy` has no place for wavelengths. Readers take 31 bands without any for 400, 410, ..., 700 nm; other bands stand in a
 * file beside it.
 */
class NpyFile extends RowFile {
  override readonly files: readonly string[];
  private readonly beside: string | undefined;

  constructor(
    path: string,
    private readonly bands: readonly number[],
  ) {
    super(path, bands, (place, shape) => placed(new NpyWriter(place, { shape })));
    const isStandard = bands.join() === standardWavelengths.join();
    this.beside = isStandard ? undefined : bandsFile(path);
    this.files = this.beside === undefined ? [path] : [path, this.beside];
  }

  override end(): void {
    super.end();
    if (this.beside !== undefined)
      writeFileAtomic(this.beside, `${JSON.stringify({ wavelengths: this.bands, unit: 'nm' })}\n`);
  }
}

/** Kinds of cube file by extension; a cube is [height, width, bands] float32. */
export const cubeFormats: Readonly<Record<string, OpenCubeFile>> = {
  '.npy': (path, wavelengths) => new NpyFile(path, wavelengths),
  '.npz': rowFile(
    (path, shape, centres) =>
      new NpzWriter(path, { name: 'cube', shape, beside: new Map([['wavelengths', centres]]) }),
  ),
  '.mat': rowFile((path, shape, centres) =>
    placed(new Mat5Writer(path, { name: 'cube', shape, beside: new Map([['bands', centres]]) })),
  ),
  '.hdr': (path, wavelengths) => new EnviFile(path, wavelengths),
  '.img': (path, wavelengths) => new EnviFile(path, wavelengths),
};
