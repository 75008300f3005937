import { AtomicFile } from '@prismamba/formats/node';
import type { CubeShape, CubeSink } from './cube-sink.js';
import { PredictionError } from './predictor.js';

/**
 * Order of the values in the file: `bsq` [bands, rows, columns], `bil` [rows, bands, columns], `bip` [rows, columns, bands].
 */
export const enviInterleaves = ['bsq', 'bil', 'bip'] as const;
export type EnviInterleave = (typeof enviInterleaves)[number];

export interface EnviSinkOptions {
  /** Default `bsq`, which most tools show fastest. */
  readonly interleave?: EnviInterleave;
  /** Band centres in nm for the header. */
  readonly wavelengths?: readonly number[];
  /** One line for the header, for instance how the cube was made. */
  readonly description?: string;
}

const platformByteOrder = new Uint8Array(Uint16Array.of(1).buffer)[0] === 1 ? 0 : 1;

/**
 * A sink that writes an ENVI image (float32) while it is predicted: the values to `path`, the header beside it with the
 * ending `.hdr`. Beyond the rows that it is given it holds one row of the image. Both files appear at the end, whole; after
 * a failure neither does and older files of these names stay as they were.
 */
export class EnviFileSink implements CubeSink {
  readonly path: string;
  readonly headerPath: string;
  readonly #options: EnviSinkOptions;
  readonly #interleave: EnviInterleave;
  #shape: CubeShape = { height: 0, width: 0, bands: 0 };
  #values: AtomicFile | undefined;
  #header: AtomicFile | undefined;

  /** @param path of the values, usually ending in `.img` or `.dat`; not in `.hdr` */
  constructor(path: string, options: EnviSinkOptions = {}) {
    const { interleave = 'bsq' } = options;
    if (!enviInterleaves.includes(interleave)) {
      throw new PredictionError(
        `EnviFileSink: interleave is '${String(interleave)}', but must be one of ${enviInterleaves.join(', ')}.`,
      );
    }
    if (/\.hdr$/i.test(path)) {
      throw new PredictionError(
        `EnviFileSink: path '${path}' is the header's; name the file of the values, ending in .img.`,
      );
    }
    this.path = path;
    this.headerPath = path.replace(/(?<=[^/\\])\.[^./\\]*$/, '') + '.hdr';
    this.#options = options;
    this.#interleave = interleave;
  }

  begin(shape: CubeShape): void {
    const { wavelengths } = this.#options;
    if (wavelengths !== undefined && wavelengths.length !== shape.bands) {
      throw new PredictionError(
        `EnviFileSink: ${wavelengths.length} wavelengths for a cube of ${shape.bands} bands; give one a band.`,
      );
    }
    this.#shape = shape;
    this.#header = new AtomicFile(this.headerPath);
    this.#header.write(new TextEncoder().encode(this.#headerText()));
    this.#values = new AtomicFile(this.path);
  }

  writeRows(row: number, rows: number, data: Float32Array): void {
    const { width, bands } = this.#shape;
    if (this.#interleave === 'bip') {
      this.#write(data.subarray(0, rows * width * bands), row * width * bands);
      return;
    }
    for (let i = 0; i < rows; i++) this.#writePlanes(row + i, data.subarray(i * width * bands));
  }

  /** One row, band after band; `pixels` starts with that row as [columns, bands]. */
  #writePlanes(row: number, pixels: Float32Array): void {
    const { height, width, bands } = this.#shape;
    const line = new Float32Array(width * bands);
    for (let j = 0; j < width; j++) {
      for (let b = 0; b < bands; b++) line[b * width + j] = pixels[j * bands + b]!;
    }
    if (this.#interleave === 'bil') {
      this.#write(line, row * bands * width);
      return;
    }
    for (let b = 0; b < bands; b++) {
      this.#write(line.subarray(b * width, (b + 1) * width), (b * height + row) * width);
    }
  }

  #write(values: Float32Array, index: number): void {
    const bytes = new Uint8Array(values.buffer, values.byteOffset, values.byteLength);
    this.#values?.write(bytes, index * Float32Array.BYTES_PER_ELEMENT);
  }

  end(): void {
    this.#values?.commit();
    this.#header?.commit();
  }

  abort(): void {
    this.#values?.discard();
    this.#header?.discard();
  }

  #headerText(): string {
    const { height, width, bands } = this.#shape;
    const { wavelengths, description } = this.#options;
    // Braces would end the value; a header line is one line.
    const text = description?.replace(/[{}\s]+/g, ' ').trim();
    return [
      'ENVI',
      ...(text === undefined ? [] : [`description = {${text}}`]),
      `samples = ${width}`,
      `lines = ${height}`,
      `bands = ${bands}`,
      'header offset = 0',
      'file type = ENVI Standard',
      'data type = 4',
      `interleave = ${this.#interleave}`,
      `byte order = ${platformByteOrder}`,
      ...(wavelengths === undefined
        ? []
        : ['wavelength units = Nanometers', `wavelength = {${wavelengths.join(', ')}}`]),
      '',
    ].join('\n');
  }
}
