import {
  detectMatVersion,
  readEnvi,
  readMat5,
  readNpy,
  readNpz,
  toFloat32,
  type NdArray,
} from '@prismamba/formats';
import { whiteOf, type LoadedCube } from './cube.js';

/** Names under which files keep the wavelengths of their bands. */
const WAVELENGTH_NAMES = ['wavelengths', 'wavelength', 'bands', 'wl', 'lambda'];
const LARGEST_BYTES = 2 ** 31;
/** Cubes have at least this many bands: three are an RGB picture, which is reconstructed in place of opened. */
const LEAST_BANDS = 4;

interface Stored {
  readonly name: string;
  readonly array: NdArray;
  readonly wavelengths: readonly number[] | undefined;
  readonly notes: readonly string[];
}

const ending = (name: string) => name.slice(name.lastIndexOf('.')).toLowerCase();
const stem = (name: string) => name.slice(0, name.length - ending(name).length);
const bytesOf = async (file: Blob) => new Uint8Array(await file.arrayBuffer());

/** nm in a list that may be something else: increasing, and plausible in nm. */
function plausible(values: readonly number[], bands: number): readonly number[] | undefined {
  const isList =
    values.length === bands &&
    values.every((nm, i) => nm > 100 && nm < 20_000 && (i === 0 || nm > values[i - 1]!));
  return isList ? values : undefined;
}

/** The one array of three axes among named ones, and the wavelengths beside it. */
function cubeAmong(arrays: ReadonlyMap<string, NdArray>, file: string): Stored {
  const cubes = [...arrays].filter(([, { shape }]) => shape.length === 3 && Math.min(...shape) >= 1);
  if (cubes.length !== 1) {
    const found = [...arrays].map(([name, { shape }]) => `${name} [${shape.join(', ')}]`).join(', ');
    throw new Error(
      `${file}: wanted one array with three axes, found ${cubes.length === 0 ? 'none' : cubes.length}: ${found || 'no arrays at all'}.`,
    );
  }
  const [name, array] = cubes[0]!;
  let wavelengths: readonly number[] | undefined;
  for (const [other, list] of arrays) {
    if (!WAVELENGTH_NAMES.includes(other.toLowerCase())) continue;
    const values = Array.from(toFloat32(list));
    wavelengths ??= array.shape.map((size) => plausible(values, size)).find((found) => found !== undefined);
  }
  return { name: `${file}: ${name}`, array, wavelengths, notes: [] };
}

async function readStored(files: readonly File[]): Promise<Stored> {
  const header = files.find(({ name }) => ending(name) === '.hdr');
  if (header !== undefined) {
    const data = files.find(
      (file) => file !== header && (stem(file.name) === stem(header.name) || file.name === stem(header.name)),
    );
    if (data === undefined) {
      throw new Error(
        `${header.name} is the header of an ENVI image: choose its data file (${stem(header.name)}.img, .dat, .bil ...) together with it.`,
      );
    }
    const image = readEnvi(await header.text(), await bytesOf(data), {
      name: header.name,
      maxBytes: LARGEST_BYTES,
    });
    const { wavelengthsNm, notes } = image.header;
    return { name: header.name, array: image.cube, wavelengths: wavelengthsNm, notes };
  }
  const list = files.find(({ name }) => name.endsWith('.bands.json'));
  const file = files.find((other) => other !== list);
  if (file === undefined)
    throw new Error('No cube was chosen: wanted .npy, .npz, .mat, or .hdr with its data file.');
  const { name } = file;
  const options = { name, maxBytes: LARGEST_BYTES };
  switch (ending(name)) {
    case '.npy': {
      const array = readNpy(await bytesOf(file), options);
      const stored =
        list === undefined ? undefined : (JSON.parse(await list.text()) as { wavelengths?: number[] });
      const wavelengths = array.shape.map((size) => plausible(stored?.wavelengths ?? [], size)).find(Boolean);
      return { name, array, wavelengths, notes: [] };
    }
    case '.npz':
      return cubeAmong(readNpz(await bytesOf(file), options), name);
    case '.mat': {
      const bytes = await bytesOf(file);
      if (detectMatVersion(bytes) !== 'v5') {
        throw new Error(
          `${name} is a MATLAB 7.3 file (HDF5), which this page does not read: save it with -v7, or turn it into .npy.`,
        );
      }
      return cubeAmong(readMat5(bytes, options).arrays, name);
    }
    case '.img':
    case '.dat':
    case '.bil':
    case '.bip':
    case '.bsq':
      throw new Error(`${name}: choose its header (${stem(name)}.hdr) together with it.`);
    default:
      throw new Error(
        `${name}: no cube of a kind that is known here: wanted .npy, .npz, .mat, or .hdr with its data file.`,
      );
  }
}

/** Bands come last; where they stand first in the file (the shortest axis), they are moved. */
function bandsLast({ name, array, wavelengths }: Stored): { array: NdArray; notes: readonly string[] } {
  const { shape } = array;
  if (shape.length !== 3) {
    throw new Error(`${name}: has shape [${shape.join(', ')}], wanted three axes: height, width, bands.`);
  }
  const [first, second, last] = shape as [number, number, number];
  const isFirst =
    wavelengths === undefined
      ? first < last && first < second
      : wavelengths.length === first && wavelengths.length !== last;
  if (!isFirst) return { array, notes: [] };
  const values = toFloat32(array);
  const data = new Float32Array(values.length);
  const pixels = second * last;
  for (let band = 0; band < first; band++) {
    for (let i = 0; i < pixels; i++) data[i * first + band] = values[band * pixels + i]!;
  }
  return {
    array: { dtype: 'float32', shape: [second, last, first], data },
    notes: [`[${shape.join(', ')}] was read as bands, height, width.`],
  };
}

/** Opens a cube of any wavelengths: `.npy` (with `NAME.bands.json`), `.npz`, `.mat` (level 5), ENVI (both files). */
export async function openCube(files: readonly File[]): Promise<LoadedCube> {
  const stored = await readStored(files);
  const { array, notes } = bandsLast(stored);
  const [height, width, bands] = array.shape as [number, number, number];
  if (bands < LEAST_BANDS) {
    throw new Error(
      `${stored.name}: has ${bands} bands, wanted at least ${LEAST_BANDS}; a picture with three is opened as a photo.`,
    );
  }
  if (height * width === 0) throw new Error(`${stored.name}: has no pixels ([${array.shape.join(', ')}]).`);
  const assumed = stored.wavelengths === undefined;
  const wavelengths =
    stored.wavelengths ??
    Array.from({ length: bands }, (_, i) => Math.round((400 + (300 * i) / (bands - 1)) * 10) / 10);
  const data = toFloat32(array);
  return {
    data,
    info: {
      name: stored.name,
      height,
      width,
      wavelengths,
      white: whiteOf(data),
      notes: [
        ...stored.notes,
        ...notes,
        ...(assumed
          ? [`The file names no wavelengths: ${bands} even steps from 400 to 700 nm are assumed.`]
          : []),
      ],
    },
  };
}
