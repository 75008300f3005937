import {
  detectMatVersion,
  FormatError,
  readEnvi,
  readMat5,
  readMat73,
  readNpy,
  readNpz,
  toFloat32,
  type NdArray,
} from '@prismamba/formats';
import { areWavelengths, chooseCube, storedWavelengths } from '@prismamba/datasets';
import { whiteOf, type LoadedCube } from './cube.js';
import { budget, checkMemory } from './memory.js';

const REMEDY = 'Save a part of it (fewer pixels or bands) and open that.';

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

/** A file's bytes, where they and what is read out of them (at least as much) find room. */
async function bytesOf(file: File): Promise<Uint8Array<ArrayBuffer>> {
  checkMemory(file.name, 2 * file.size, REMEDY);
  return new Uint8Array(await file.arrayBuffer());
}

/** A reader's refusal of arrays beyond its `maxBytes`, in words of the page. */
function explainLimit(error: unknown): unknown {
  if (!(error instanceof FormatError) || !error.message.includes('(option maxBytes)')) return error;
  const what = error.message.replace(' (option maxBytes)', '').replace(/\.$/, '');
  return new Error(`Too little memory: ${what}. ${REMEDY}`, { cause: error });
}

/** The one array of three axes among named ones, and the wavelengths beside it. */
function cubeAmong(arrays: ReadonlyMap<string, NdArray>, file: string): Stored {
  const shapes = new Map([...arrays].map(([name, { shape }]) => [name, shape]));
  const name = chooseCube(file, shapes, undefined, 'save the one to be seen in a file of its own');
  const array = arrays.get(name)!;
  const wavelengths = storedWavelengths(array.shape, shapes, (other) => arrays.get(other)!);
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
      maxBytes: Math.floor(budget() / 2),
    });
    const { wavelengthsNm, notes } = image.header;
    return { name: header.name, array: image.cube, wavelengths: wavelengthsNm, notes };
  }
  const list = files.find(({ name }) => name.endsWith('.bands.json'));
  const file = files.find((other) => other !== list);
  if (file === undefined)
    throw new Error('No cube was chosen: wanted .npy, .npz, .mat, .h5, or .hdr with its data file.');
  const { name } = file;
  const options = { name, maxBytes: Math.floor(budget() / 2) };
  switch (ending(name)) {
    case '.npy': {
      const array = readNpy(await bytesOf(file), options);
      if (list === undefined) return { name, array, wavelengths: undefined, notes: [] };
      const { wavelengths } = JSON.parse(await list.text()) as { wavelengths?: number[] };
      if (!Array.isArray(wavelengths) || !areWavelengths(wavelengths, array.shape)) {
        throw new Error(
          `${list.name} does not fit the cube [${array.shape.join(', ')}]: wanted {"wavelengths": [...]} with a number in nm for each band, increasing.`,
        );
      }
      return { name, array, wavelengths, notes: [] };
    }
    case '.npz':
      return cubeAmong(readNpz(await bytesOf(file), options), name);
    case '.mat': {
      const bytes = await bytesOf(file);
      const isOld = detectMatVersion(bytes) === 'v5';
      return cubeAmong((isOld ? readMat5(bytes, options) : await readMat73(bytes, options)).arrays, name);
    }
    case '.h5':
    case '.hdf5':
      return cubeAmong((await readMat73(await bytesOf(file), options)).arrays, name);
    case '.img':
    case '.dat':
    case '.bil':
    case '.bip':
    case '.bsq':
      throw new Error(`${name}: choose its header (${stem(name)}.hdr) together with it.`);
    default:
      throw new Error(
        `${name}: no cube of a kind that is known here: wanted .npy, .npz, .mat, .h5, or .hdr with its data file.`,
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

/** Opens a cube of any wavelengths: `.npy` (with `NAME.bands.json`), `.npz`, `.mat` (any level), HDF5, ENVI (both files). */
export async function openCube(files: readonly File[]): Promise<LoadedCube> {
  const stored = await readStored(files).catch((error: unknown) => {
    throw explainLimit(error);
  });
  const { dtype, data: values } = stored.array;
  // Other numbers than float32 are copied, and a few more copies of one band are made to show it.
  const copies = dtype === 'float32' ? 1 : 2;
  checkMemory(stored.name, values.byteLength + 4 * copies * values.length, REMEDY);
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
