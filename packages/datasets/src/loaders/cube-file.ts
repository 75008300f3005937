import { toFloat32, type DType } from '@prismamba/formats';
import { transpose } from '@prismamba/formats/internal';
import { DatasetError } from '../dataset-error.js';
import { checkRegion, type Region, type StoredScale } from '../scene.js';
import { standardWavelengths } from '../spectra/spectral-table.js';
import { openCube, type OpenCube } from './open-cube.js';

/** How a cube file is read, where the file itself does not say. */
export interface CubeFileOptions {
  /** Name of the cube inside .npz, .mat and .h5 files; needed where several arrays have three axes. */
  readonly key?: string;
  /** Order of the axes; where it is left out, the axis with as many entries as there are bands is the bands. */
  readonly layout?: 'hwc' | 'chw';
  /** nm of the files' bands, for files that do not say. Without it 31 bands are taken to be 400, 410, ..., 700 nm. */
  readonly wavelengths?: readonly number[];
  /** Values are divided by this. Default: ENVI's reflectance scale factor, 255 for uint8, 65535 for uint16, else 1. */
  readonly divisor?: number;
}

/** What is known of a cube file once it was opened. */
export interface CubeEntry {
  readonly path: string;
  readonly height: number;
  readonly width: number;
  readonly layout: 'hwc' | 'chw';
  readonly wavelengths: readonly number[];
  readonly assumedWavelengths: boolean;
  readonly scale: StoredScale;
  /** Stored value of pixels without data. */
  readonly ignoreValue: number | undefined;
  readonly notes: readonly string[];
  readonly readsParts: boolean;
}

/** A part of a cube, divided to its values; `mask` is 0 where the file has no data. */
export interface CubePart {
  /** [height, width, bands]. */
  readonly cube: Float32Array;
  readonly mask?: Uint8Array;
}

/** An open cube file with its own bands. */
export interface CubeFile {
  readonly height: number;
  readonly width: number;
  /** nm, one a band. */
  readonly wavelengths: readonly number[];
  readonly scale: StoredScale;
  /** What the reader assumed or left out. */
  readonly notes: readonly string[];
  /** Reads a rectangle of pixels; the whole file is read first where its format knows no parts. */
  read(region: Region): CubePart;
  close(): void;
}

/**
 * Opens one cube file of any kind that a plain folder may hold (.npy, .npz, .mat, .h5, ENVI .hdr), with the bands that it has.
 *
 * @throws DatasetError naming the file: no or several cubes in it, unknown axis order or wavelengths
 */
export async function openCubeFile(path: string, options: CubeFileOptions = {}): Promise<CubeFile> {
  const caller = 'openCubeFile';
  let file: OpenCube | undefined;
  try {
    file = await openCube(path, options.key);
    const open = file;
    const entry = entryOf(caller, path, open, options);
    const { height, width, wavelengths, scale, assumedWavelengths, notes } = entry;
    return {
      height,
      width,
      wavelengths,
      scale,
      notes: [
        ...(assumedWavelengths ? ['it does not name its wavelengths; 400, 410, ..., 700 nm is assumed'] : []),
        ...notes,
      ],
      read(region) {
        checkRegion(region, height, width, `${caller}: ${path}`);
        return readPartOf(open, entry, region);
      },
      close: () => open.close(),
    };
  } catch (cause) {
    file?.close();
    throw named(caller, path, cause);
  }
}

/** A rectangle of an open cube as values. */
export function readPartOf(file: OpenCube, entry: CubeEntry, region: Region): CubePart {
  const rows = [region.row, region.row + region.height] as const;
  const columns = [region.column, region.column + region.width] as const;
  const stored =
    entry.layout === 'hwc'
      ? file.slice([rows, columns, null])
      : transpose(file.slice([null, rows, columns]), [1, 2, 0]);
  const values = toFloat32(stored);
  const { divisor } = entry.scale;
  const mask = maskIgnored(values, region.height * region.width, entry.ignoreValue);
  return { cube: divisor === 1 ? values : values.map((value) => value / divisor), ...mask };
}

const divisors: Partial<Record<DType, number>> = { uint8: 255, uint16: 65535 };

/** Sets pixels that hold the ignore value to 0; the mask is 0 there and absent where there is no such pixel. */
function maskIgnored(
  values: Float32Array,
  pixels: number,
  ignoreValue: number | undefined,
): { mask?: Uint8Array } {
  if (ignoreValue === undefined) return {};
  const wanted = Math.fround(ignoreValue);
  const bands = values.length / pixels;
  let mask: Uint8Array | undefined;
  for (let pixel = 0; pixel < pixels; pixel++) {
    const spectrum = values.subarray(pixel * bands, (pixel + 1) * bands);
    const ignored = (value: number) => Object.is(value, wanted) || value === wanted;
    // 0 in some bands is a dark value; any other ignore value in some bands is no measurement.
    if (!(wanted === 0 ? spectrum.every(ignored) : spectrum.some(ignored))) continue;
    mask ??= new Uint8Array(pixels).fill(1);
    mask[pixel] = 0;
    spectrum.fill(0);
  }
  return mask === undefined ? {} : { mask };
}

/** Finds axis order, wavelengths and scale of a file without reading its values. */
export function describeCube(caller: string, path: string, options: CubeFileOptions): Promise<CubeEntry> {
  return opened(caller, path, options, (file) => entryOf(caller, path, file, options));
}

function entryOf(caller: string, path: string, file: OpenCube, options: CubeFileOptions): CubeEntry {
  const { shape } = file;
  const fail = (message: string) => new DatasetError(`${caller}: ${path} ${message}`);
  if (shape.length !== 3) throw fail(`has the shape [${shape.join(', ')}], wanted three axes`);
  const measured = file.wavelengths ?? options.wavelengths;
  const count = measured?.length ?? standardWavelengths.length;
  const isLast = shape[2] === count;
  const isFirst = shape[0] === count;
  if (options.layout === undefined && isFirst === isLast) {
    throw fail(
      isLast
        ? `has the shape [${shape.join(', ')}], where first and last axis could be the ${count} bands; say which by 'layout'`
        : `has the shape [${shape.join(', ')}], in which no axis has ${count} bands; give 'wavelengths' in nm, one a band`,
    );
  }
  const layout = options.layout ?? (isLast ? 'hwc' : 'chw');
  const [height = 0, width = 0, bands = 0] = layout === 'hwc' ? shape : [shape[1]!, shape[2]!, shape[0]!];
  if (bands !== count) {
    throw fail(
      `has ${bands} bands in layout ${layout}, but ${count} wavelengths ${measured === undefined ? 'are the default; give' : 'were given by'} 'wavelengths'`,
    );
  }
  const named = options.divisor ?? file.divisor;
  const divisor = named ?? divisors[file.dtype] ?? 1;
  if (!(divisor > 0)) throw fail(`: the divisor must be > 0, got ${divisor}`);
  return {
    path,
    height,
    width,
    layout,
    wavelengths: measured ?? standardWavelengths,
    assumedWavelengths: measured === undefined,
    scale: { dtype: file.dtype, divisor, assumed: named === undefined },
    ignoreValue: file.ignoreValue,
    notes: [
      ...(file.notes ?? []),
      ...(file.ignoreValue === undefined
        ? []
        : [`pixels that hold the header's data ignore value ${file.ignoreValue} become 0 and are masked`]),
    ],
    readsParts: file.readsParts,
  };
}

/** Opens a cube for `use` and closes it; every error names the caller and the file. */
export async function opened<T>(
  caller: string,
  path: string,
  options: CubeFileOptions,
  use: (file: OpenCube) => T,
): Promise<T> {
  try {
    const file = await openCube(path, options.key);
    try {
      return use(file);
    } finally {
      file.close();
    }
  } catch (cause) {
    throw named(caller, path, cause);
  }
}

export function named(caller: string, path: string, cause: unknown): DatasetError {
  const why = cause instanceof Error ? cause.message : String(cause);
  if (why.startsWith(caller)) return cause as DatasetError;
  return new DatasetError(`${caller}: ${why.includes(path) ? why : `${path}: ${why}`}`, {
    cause,
  });
}
