import { sliceArray, type Ranges } from '../array-ranges.js';
import type { DType } from '../dtype.js';
import type { Hdf5Options } from '../hdf5/hdf5-file.js';
import { openHdf5, readStart } from '../hdf5/open-hdf5.js';
import { detectMatVersion } from '../mat5/detect-mat-version.js';
import { listMat5, readMat5 } from '../mat5/read-mat5.js';
import type { NdArray } from '../ndarray.js';
import { noSuchKey, notReadable, type ArrayFile } from '../array-file.js';
import { Mat73File } from '../hdf5/mat73-file.js';
import { checkFile, readFileBytes } from './read-file.js';

/**
 * Opens a `.mat` file of level 5 or v7.3 (looking at the file, not at its name) or a plain HDF5 file.
 * Shapes are MATLAB's: a cube of size [H W C] has shape [H, W, C], in C order, in either kind of file.
 * From v7.3 files `slice` reads only the part; level 5 files are read into memory when they are opened
 * and a variable is decoded when it is first asked for.
 *
 * @throws FileError where the file is missing, FormatError where it is damaged or no MATLAB file.
 */
export async function openMat(path: string, options: Hdf5Options = {}): Promise<ArrayFile> {
  checkFile(path, Number.MAX_SAFE_INTEGER);
  const version = detectMatVersion(readStart(path));
  if (version === 'v7.3' || version === 'hdf5') return new Mat73File(await openHdf5(path, options));
  return new Mat5File(path, await readFileBytes(path), options);
}

/** All arrays of a `.mat` file; see {@link openMat}. */
export async function readMat(
  path: string,
  options: Hdf5Options & { readonly keys?: readonly string[] } = {},
): Promise<Map<string, NdArray>> {
  const file = await openMat(path, options);
  try {
    return new Map((options.keys ?? file.keys()).map((key) => [key, file.read(key)]));
  } finally {
    file.close();
  }
}

class Mat5File implements ArrayFile {
  private bytes: Uint8Array | undefined;
  private readonly variables: ReadonlyMap<
    string,
    { readonly shape: readonly number[]; readonly dtype: DType }
  >;
  readonly skipped: ReadonlyMap<string, string>;
  private readonly decoded = new Map<string, NdArray>();

  constructor(
    readonly path: string,
    bytes: Uint8Array,
    private readonly options: Hdf5Options,
  ) {
    this.bytes = bytes;
    ({ variables: this.variables, skipped: this.skipped } = listMat5(bytes, { ...options, name: path }));
  }

  keys(): string[] {
    return [...this.variables.keys()];
  }

  shape(key: string): readonly number[] {
    return this.variable(key).shape;
  }

  dtype(key: string): DType {
    return this.variable(key).dtype;
  }

  read(key: string): NdArray {
    const known = this.decoded.get(key);
    return known === undefined ? this.decode(key) : { ...known, data: known.data.slice() };
  }

  slice(key: string, ranges: Ranges): NdArray {
    return sliceArray(`${this.path}: slice('${key}')`, this.array(key), ranges);
  }

  close(): void {
    this.bytes = undefined;
    this.decoded.clear();
  }

  private variable(key: string): { readonly shape: readonly number[]; readonly dtype: DType } {
    const variable = this.variables.get(key);
    if (variable !== undefined) return variable;
    const reason = this.skipped.get(key);
    if (reason !== undefined) throw notReadable(this.path, key, reason);
    throw noSuchKey(this.path, key, this.keys());
  }

  /** The variable for `slice`, which is decoded once. */
  private array(key: string): NdArray {
    const known = this.decoded.get(key) ?? this.decode(key);
    this.decoded.set(key, known);
    return known;
  }

  private decode(key: string): NdArray {
    if (this.bytes === undefined) throw new Error(`${this.path}: the file was closed; open it again`);
    this.variable(key);
    const array = readMat5(this.bytes, { ...this.options, name: this.path, keys: [key] }).arrays.get(key);
    if (array === undefined) throw noSuchKey(this.path, key, this.keys());
    return array;
  }
}
