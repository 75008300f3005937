import { existsSync, readFileSync } from 'node:fs';
import { extname } from 'node:path';
import { readNpz, type DType, type NdArray } from '@prismamba/formats';
import { sliceArray } from '@prismamba/formats/internal';
import {
  listMat,
  openEnvi,
  openHdf5,
  openMat,
  openNpy,
  readFileBytes,
  type ArrayFile,
  type Ranges,
} from '@prismamba/formats/node';
import { DatasetError } from '../dataset-error.js';
import { chooseCube, storedWavelengths, type StoredShapes } from '../stored-cube.js';

/** An open file with one cube in it, axes as stored. */
export interface OpenCube {
  readonly shape: readonly number[];
  readonly dtype: DType;
  /** nm, where the file says so. */
  readonly wavelengths?: readonly number[];
  /** Divisor that the file names (ENVI's reflectance scale factor). */
  readonly divisor?: number;
  /** Stored value of pixels without data (ENVI's data ignore value); may be NaN. */
  readonly ignoreValue?: number;
  /** What the reader assumed or left out. */
  readonly notes?: readonly string[];
  /** Whether `slice` reads only the part. */
  readonly readsParts: boolean;
  slice(ranges: Ranges): NdArray;
  close(): void;
}

type Opener = (path: string, key: string | undefined) => Promise<OpenCube>;

/** What a plain folder may hold, by file ending; an ENVI image is found by its header. */
const openers: Readonly<Record<string, Opener>> = {
  '.npy': (path, key) => {
    if (key !== undefined) {
      throw new DatasetError(`${path}: a .npy file has one array without a name; leave 'key' out`);
    }
    const file = methodsOf(openNpy(path));
    return Promise.resolve({ ...file, readsParts: true, ...wavelengthsBeside(path, file.shape) });
  },
  '.hdr': (path) => {
    const file = openEnvi(path);
    const { wavelengthsNm, reflectanceScaleFactor, ignoreValue, notes } = file.header;
    return Promise.resolve({
      ...methodsOf(file),
      readsParts: true,
      ...(wavelengthsNm === undefined ? {} : { wavelengths: wavelengthsNm }),
      ...(reflectanceScaleFactor === undefined ? {} : { divisor: reflectanceScaleFactor }),
      ...(ignoreValue === undefined ? {} : { ignoreValue }),
      notes,
    });
  },
  '.npz': async (path, key) => {
    const arrays = readNpz(await readFileBytes(path), { name: path });
    const shapes = new Map([...arrays].map(([name, { shape }]) => [name, shape]));
    const cube = arrays.get(chooseCube(path, shapes, key))!;
    return {
      shape: cube.shape,
      dtype: cube.dtype,
      readsParts: false,
      slice: (ranges) => sliceArray(path, cube, ranges),
      close: () => undefined,
      ...wavelengthsOf(cube.shape, shapes, (name) => arrays.get(name)!),
    };
  },
  '.mat': async (path, key) => {
    const { readsParts } = await listMat(path);
    return cubeOf(await openMat(path), path, key, readsParts);
  },
  '.h5': async (path, key) => cubeOf(await openHdf5(path), path, key, true),
  '.hdf5': async (path, key) => cubeOf(await openHdf5(path), path, key, true),
};

/** Endings of files that hold cubes. */
export const cubeEndings: readonly string[] = Object.keys(openers);

/** Opens the cube of a file; `key` is its name inside, needed where several arrays have three axes. */
export async function openCube(path: string, key: string | undefined): Promise<OpenCube> {
  const opener = openers[extname(path).toLowerCase()];
  if (opener === undefined) {
    throw new DatasetError(`${path}: unknown kind of cube file; known endings: ${cubeEndings.join(', ')}`);
  }
  return opener(path, key);
}

function methodsOf(file: {
  readonly shape: readonly number[];
  readonly dtype: DType;
  slice(ranges: Ranges): NdArray;
  close(): void;
}) {
  return {
    shape: file.shape,
    dtype: file.dtype,
    slice: (ranges: Ranges) => file.slice(ranges),
    close: () => file.close(),
  };
}

function cubeOf(file: ArrayFile, path: string, key: string | undefined, readsParts: boolean): OpenCube {
  try {
    const shapes = new Map(file.keys().map((name) => [name, file.shape(name)]));
    const name = chooseCube(path, shapes, key);
    const shape = file.shape(name);
    return {
      shape,
      dtype: file.dtype(name),
      readsParts,
      slice: (ranges) => file.slice(name, ranges),
      close: () => file.close(),
      ...wavelengthsOf(shape, shapes, (other) => file.read(other)),
    };
  } catch (error) {
    file.close();
    throw error;
  }
}

/** Where the wavelengths of a .npy file stand, which has no place for them: `{"wavelengths": [450, ...]}` in nm. */
export const bandsFile = (path: string): string => path.replace(/\.npy$/i, '.bands.json');

/** The wavelengths beside a .npy file. @throws DatasetError where the file beside it is no such list */
function wavelengthsBeside(path: string, shape: readonly number[]): { wavelengths?: readonly number[] } {
  const beside = bandsFile(path);
  if (!existsSync(beside)) return {};
  const wanted = 'wanted {"wavelengths": [...]} with a number in nm for each band, increasing';
  let wavelengths: unknown;
  try {
    ({ wavelengths } = JSON.parse(readFileSync(beside, 'utf8')) as { wavelengths?: unknown });
  } catch (cause) {
    throw new DatasetError(`${beside}: no JSON; ${wanted}`, { cause });
  }
  const fits =
    Array.isArray(wavelengths) &&
    (wavelengths.length === shape[0] || wavelengths.length === shape.at(-1)) &&
    wavelengths.every((nm: unknown, i) => Number.isFinite(nm) && (i === 0 || nm! > wavelengths[i - 1]));
  if (!fits) throw new DatasetError(`${beside}: does not fit the cube [${shape.join(', ')}]; ${wanted}`);
  return { wavelengths: wavelengths as number[] };
}

function wavelengthsOf(
  cube: readonly number[],
  shapes: StoredShapes,
  read: (name: string) => NdArray,
): { wavelengths?: readonly number[] } {
  const wavelengths = storedWavelengths(cube, shapes, read);
  return wavelengths === undefined ? {} : { wavelengths };
}
