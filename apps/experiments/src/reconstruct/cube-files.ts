import { extname } from 'node:path';
import { writeMat5, writeNpy, writeNpz, type NdArray } from '@prismamba/formats';
import { writeFileAtomic } from '@prismamba/formats/node';
import { MemorySink, type CubeShape, type CubeSink } from '@prismamba/trainer';
import { EnviFileSink } from '@prismamba/trainer/node';
import { UserError } from '../user-error.js';
import { standardBands } from './standard-bands.js';

/** A cube file that is being written; it appears whole when the prediction ends, or not at all. */
export interface CubeFile extends CubeSink {
  readonly files: readonly string[];
}

const float32 = (shape: readonly number[], data: Float32Array): NdArray => ({
  dtype: 'float32',
  shape,
  data,
});

/** 2 GiB: what one buffer may hold. */
const LARGEST_IN_MEMORY = 2 ** 31;

/** Files that are made from the whole cube in memory. */
class WholeFile extends MemorySink implements CubeFile {
  readonly files: readonly string[];
  constructor(
    private readonly path: string,
    private readonly encode: (cube: NdArray, wavelengths: NdArray) => Uint8Array,
  ) {
    super();
    this.files = [path];
  }
  override begin(shape: CubeShape): void {
    const bytes = 4 * shape.height * shape.width * shape.bands;
    if (bytes >= LARGEST_IN_MEMORY) {
      throw new UserError(
        `the cube takes ${(bytes / 2 ** 30).toFixed(1)} GiB, too much for ${extname(this.path)}; take --out NAME.hdr, which is written part by part`,
      );
    }
    super.begin(shape);
  }
  override end(): void {
    super.end();
    const { data, height, width, bands } = this.cube;
    const wavelengths = float32([bands], Float32Array.from(standardBands(bands)));
    writeFileAtomic(this.path, this.encode(float32([height, width, bands], data), wavelengths));
  }
}

/** ENVI (`.hdr` and `.img`, bsq), written as the rows come: a photo of any size needs no more memory than a block. */
class EnviFile extends EnviFileSink implements CubeFile {
  readonly files: readonly string[];
  constructor(path: string) {
    super(path, { wavelengths: standardBands(31), description: 'reconstructed from RGB by Prismamba' });
    const stem = path.replace(/\.(hdr|img)$/i, '');
    this.files = [`${stem}.hdr`, `${stem}.img`];
  }
}

const whole =
  (encode: (cube: NdArray, wavelengths: NdArray) => Uint8Array) =>
  (path: string): CubeFile =>
    new WholeFile(path, encode);

/** Kinds of cube file by extension; a cube is [height, width, bands] float32. */
export const cubeFormats: Readonly<Record<string, (path: string) => CubeFile>> = {
  '.npy': whole((cube) => writeNpy(cube)),
  '.npz': whole((cube, wavelengths) =>
    writeNpz(
      new Map([
        ['cube', cube],
        ['wavelengths', wavelengths],
      ]),
    ),
  ),
  '.mat': whole((cube, wavelengths) =>
    writeMat5(
      new Map([
        ['cube', cube],
        ['bands', wavelengths],
      ]),
    ),
  ),
  '.hdr': (path) => new EnviFile(path),
  '.img': (path) => new EnviFile(path),
};
