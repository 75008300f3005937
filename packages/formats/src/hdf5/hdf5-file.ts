import type { Dataset, File, Group, Metadata } from 'h5wasm';
import { resolveRanges, type Ranges } from '../array-ranges.js';
import { allocate, memoryBytes, type DType, type TypedArray } from '../dtype.js';
import { DEFAULT_MAX_BYTES, FormatError, type ReadOptions } from '../format-error.js';
import { sizeOf, type NdArray } from '../ndarray.js';
import { noSuchKey, type ArrayFile } from '../array-file.js';
import { detectMatVersion } from '../mat5/detect-mat-version.js';
import { storageOf, type RandomAccess, type Storage } from './external-storage.js';
import { hdf5Reason } from './h5wasm.js';
import type { Libhdf5 } from './libhdf5.js';

export type Hdf5Options = Pick<ReadOptions, 'maxBytes'>;

/** An open HDF5 file. Shapes and values are in HDF5's own order, which for MATLAB files is reversed. */
export interface Hdf5File extends ArrayFile {
  /** Names of the groups, `a/b` for one inside another. */
  groupNames(): string[];
  /** A text or number attribute of an array or a group, or undefined. */
  attribute(key: string, name: string): string | number | undefined;
}

/** Large arrays pass through the memory of the WebAssembly module, which never shrinks, in slabs of this size. */
const SLAB_BYTES = 2 ** 25;

/** No data file nests its groups deeper; a hostile one could, for ever longer paths. */
const DEEPEST_GROUP = 32;

/** H5T_class_t */
const INTEGER = 0;
const FLOAT = 1;
const ENUM = 8;

/** @throws FormatError where the start of a file is not that of an HDF5 file */
export function requireHdf5(path: string, start: Uint8Array): void {
  const version = detectMatVersion(start);
  if (version === 'v7.3' || version === 'hdf5') return;
  throw new FormatError({
    name: path,
    offset: 0,
    problem: version === undefined ? 'this is no HDF5 file' : `this is a MATLAB ${version} file`,
    expected: 'the HDF5 signature at byte 0, 512, 1024, ...',
    ...(version === 'v5' ? { fix: 'Read it with openMat or readMat5' } : {}),
  });
}

/** The error for a file that libhdf5 could not read. */
function damaged(path: string, cause: unknown, what = '', offset?: number): FormatError {
  // libhdf5 looks for filters that it has not in a folder of plug-ins, and complains about that folder.
  if (/plugin|required filter/i.test(String(cause))) {
    return new FormatError({
      name: path,
      ...(offset === undefined ? {} : { offset }),
      problem: `${what === '' ? 'the HDF5 file' : what} is compressed by a filter that is not built in`,
      expected: 'no compression, deflate (gzip), shuffle or Fletcher-32',
      fix: 'Write it again: h5repack -f GZIP=4 OLD NEW',
      cause,
    });
  }
  return new FormatError({
    name: path,
    ...(offset === undefined ? {} : { offset }),
    problem: `${what === '' ? 'the HDF5 file' : what} cannot be read (${hdf5Reason(cause)})`,
    expected: 'an undamaged HDF5 file',
    fix: 'It may be truncated: copy or download it again',
    cause,
  });
}

interface Entry {
  readonly dataset: Dataset;
  readonly metadata: Metadata;
  readonly shape: readonly number[];
  /** Of its object header in the file. */
  readonly offset: number;
}

export class OpenHdf5File implements Hdf5File {
  private readonly entries = new Map<string, Entry>();
  private readonly opened: { readonly file: File; close(): void };
  private isOpen = true;
  private readonly seenGroups = new Set<string>();
  /** What leads out of the file, with the reason; never opened. */
  readonly skipped = new Map<string, string>();
  private readonly groups = new Map<string, Group>();

  /**
   * @param path what messages call the file
   * @param place where libhdf5 finds it
   * @param openBytes opens the same file for looking at its bytes
   */
  constructor(
    readonly path: string,
    private readonly h5: Libhdf5,
    place: string,
    private readonly openBytes: () => RandomAccess,
    private readonly maxBytes: number = DEFAULT_MAX_BYTES,
  ) {
    this.opened = this.reading('', () => h5.open(place));
    try {
      this.reading('', () => {
        this.collect(this.opened.file, '');
      });
    } catch (error) {
      this.opened.close();
      throw error;
    }
  }

  /**
   * Data sets of a group and of the groups in it. MATLAB keeps the insides of cells under names with '#'.
   * Hard links can make circles of groups: a group is visited once, under the first of its names.
   */
  private collect(group: Group, prefix: string, depth = 0): void {
    const address = group.create_reference().ref_data.join();
    if (this.seenGroups.has(address) || depth > DEEPEST_GROUP) return;
    this.seenGroups.add(address);
    for (const name of group.keys()) {
      if (name.startsWith('#')) continue;
      const elsewhere = leadsElsewhere(group, `/${prefix}${name}`);
      if (elsewhere !== undefined) {
        this.skipped.set(prefix + name, elsewhere);
        continue;
      }
      const entity = group.get(name);
      if (entity instanceof this.h5.Dataset) {
        const storage = this.storageOf(entity);
        const { elsewhere: reason, offset } = storage;
        if (reason !== undefined) {
          this.skipped.set(prefix + name, reason);
          continue;
        }
        this.checkAttributes(entity, prefix + name, storage);
        const metadata = this.reading(`'${prefix}${name}'`, () => entity.metadata, offset);
        if (metadata.shape === null) this.skipped.set(prefix + name, 'a null data space, without any value');
        else this.entries.set(prefix + name, { dataset: entity, metadata, shape: metadata.shape, offset });
      } else if (entity instanceof this.h5.Group) {
        this.checkAttributes(entity, prefix + name, this.storageOf(entity));
        this.groups.set(prefix + name, entity);
        this.collect(entity, `${prefix}${name}/`, depth + 1);
      }
    }
  }

  keys(): string[] {
    return [...this.entries.keys()];
  }

  shape(key: string): readonly number[] {
    return this.entry(key).shape;
  }

  dtype(key: string): DType {
    const { metadata } = this.entry(key);
    const { type, size, signed } = metadata;
    const bits = String(size * 8);
    if (type === INTEGER && [1, 2, 4, 8].includes(size)) return `${signed ? '' : 'u'}int${bits}` as DType;
    if (type === FLOAT && (size === 4 || size === 8)) return `float${bits}` as DType;
    const members = Object.keys(metadata.enum_type?.members ?? {})
      .sort()
      .join();
    if (type === ENUM && size === 1 && members === 'FALSE,TRUE') return 'bool';
    const what = [
      'whole numbers',
      'floating point numbers',
      'times',
      'text',
      'bit fields',
      'opaque data',
      'compound data',
      'references',
      'named values',
      'lists of variable length',
      'arrays',
    ][type];
    throw new FormatError({
      name: this.path,
      problem: `'${key}' holds ${what ?? 'data'} of ${bits} bits`,
      expected: 'real numbers: float32, float64, or whole numbers of 8 to 64 bits',
      ...(type === 6 ? { fix: 'If it is complex, save its real and imaginary parts as two arrays' } : {}),
    });
  }

  groupNames(): string[] {
    return [...this.groups.keys()];
  }

  attribute(key: string, name: string): string | number | undefined {
    const value = this.reading(
      `the attribute '${name}' of '${key}'`,
      () => (this.groups.get(key) ?? this.entry(key).dataset).attrs[name]?.value,
    );
    if (typeof value === 'string' || typeof value === 'number') return value;
    return typeof value === 'bigint' ? Number(value) : undefined;
  }

  read(key: string): NdArray {
    return this.slice(
      key,
      this.shape(key).map(() => null),
    );
  }

  slice(key: string, ranges: Ranges): NdArray {
    const { dataset, metadata, shape: whole, offset } = this.entry(key);
    const dtype = this.dtype(key);
    // libhdf5 would silently cut a range that is too long.
    const resolved = resolveRanges(`${this.path}: slice('${key}')`, whole, ranges);
    const shape = resolved.map(([begin, end]) => end - begin);
    const size = sizeOf(shape);
    const needed = size * memoryBytes(dtype);
    if (needed > this.maxBytes) {
      throw new FormatError({
        name: this.path,
        problem: `this part of '${key}', [${shape.join(', ')}], takes ${String(needed)} bytes`,
        expected: `at most ${String(this.maxBytes)} (option maxBytes)`,
        fix: 'Read it in parts with slice',
      });
    }
    const data = allocate(dtype, size);
    if (size === 0) return { dtype, shape, data };
    const chunkBytes = sizeOf(metadata.chunks ?? []) * metadata.size;
    if (chunkBytes > this.maxBytes) {
      throw new FormatError({
        name: this.path,
        problem: `'${key}' is stored in chunks of ${String(chunkBytes)} bytes, which are unpacked as a whole`,
        expected: `at most ${String(this.maxBytes)} (option maxBytes)`,
      });
    }
    const [first, ...rest] = resolved;
    if (first === undefined) {
      // A scalar: libhdf5 has no hyperslab of it.
      const value = this.reading(`'${key}'`, () => this.h5.read(() => dataset.value), offset);
      data.set(toArray(value, data) as never);
      return { dtype, shape, data };
    }
    const rowSize = size / (first[1] - first[0]);
    const step = slabRows(rowSize * memoryBytes(dtype), metadata.chunks?.[0] ?? 1);
    for (let begin = first[0]; begin < first[1];) {
      // Slabs end where chunks end, so that no chunk is inflated twice.
      const end = Math.min(first[1], (Math.floor(begin / step) + 1) * step);
      const part = this.reading(
        `'${key}'`,
        () =>
          this.h5.read(() =>
            dataset.slice([[begin, end], ...rest.map((range) => [...range] as [number, number])]),
          ),
        offset,
      );
      data.set(toArray(part, data) as never, (begin - first[0]) * rowSize);
      begin = end;
    }
    return { dtype, shape, data };
  }

  close(): void {
    if (!this.isOpen) return;
    this.isOpen = false;
    this.opened.close();
  }

  private entry(key: string): Entry {
    if (!this.isOpen) throw new Error(`${this.path}: the file was closed; open it again`);
    const entry = this.entries.get(key);
    const reason = this.skipped.get(key);
    if (reason !== undefined) {
      throw new FormatError({
        name: this.path,
        problem: `'${key}' is ${reason}`,
        expected: 'an array in this file: other files are not opened because a file names them',
        fix: 'Copy the values into one file, for instance with h5py',
      });
    }
    if (entry === undefined) throw noSuchKey(this.path, key, this.keys());
    return entry;
  }

  private storageOf(entity: Dataset | Group): Storage {
    const address = entity.create_reference().ref_data;
    const at = address.reduce((sum, byte, i) => sum + byte * 2 ** (8 * i), 0);
    return this.reading(`'${entity.path}'`, () => storageOf(this.path, this.openBytes, at));
  }

  /** Without its class, an array of MATLAB is shown as another one: text as numbers, an empty array as its size. */
  private checkAttributes(entity: Dataset | Group, key: string, { attributes, offset }: Storage): void {
    const what = `the attributes of '${key}'`;
    const read = this.reading(what, () => Object.keys(entity.attrs).length, offset);
    if (read >= attributes) return;
    throw damaged(this.path, `${String(read)} of ${String(attributes)} can be`, what, offset);
  }

  /** @param offset where in the file that stands which is read, if known */
  private reading<T>(what: string, action: () => T, offset?: number): T {
    try {
      return this.h5.run(action);
    } catch (cause) {
      throw cause instanceof FormatError ? cause : damaged(this.path, cause, what, offset);
    }
  }
}

/** Where a path from the root leads that is not to be gone, by an external link or by soft links; undefined for this file. */
function leadsElsewhere(group: Group, path: string, depth = 0): string | undefined {
  const { filename } = group.get_external_link(path) as { filename?: string };
  if (filename !== undefined) return `a link to another file ('${filename}')`;
  const target = group.get_link(path);
  if (typeof target !== 'string' || target === '') return undefined;
  if (depth > DEEPEST_GROUP) return 'a circle of links';
  // Every part of the way is looked at before libhdf5 goes it.
  const parts = target.split('/').filter((part) => part !== '' && part !== '.');
  const start = target.startsWith('/') ? '' : path.slice(0, path.lastIndexOf('/'));
  for (let count = 1; count <= parts.length; count++) {
    let found: string | undefined;
    try {
      found = leadsElsewhere(group, `${start}/${parts.slice(0, count).join('/')}`, depth + 1);
    } catch {
      return undefined; // the way ends here: a broken link, which libhdf5 does not follow either
    }
    if (found !== undefined) return found;
  }
  return undefined;
}

/** Rows of a slab: whole chunks, as many as fit into SLAB_BYTES. */
function slabRows(rowBytes: number, chunkRows: number): number {
  return Math.max(1, Math.floor(SLAB_BYTES / rowBytes / chunkRows)) * chunkRows;
}

/** What h5wasm returned as an array of the kind of `like`; bool comes as signed bytes. */
function toArray(value: unknown, like: TypedArray): TypedArray {
  if (ArrayBuffer.isView(value) && !(value instanceof DataView)) return value as TypedArray;
  return (like.constructor as unknown as { of(...items: unknown[]): TypedArray }).of(value);
}
