import { toFloat32 } from '@prismamba/formats';
import { listMat, openMat, type ArrayFile } from '@prismamba/formats/node';
import { DatasetError } from '../dataset-error.js';
import type { Region } from '../scene.js';

/** What is known of a cube in a `.mat` file before its values are read. */
export interface MatCubeSize {
  readonly height: number;
  readonly width: number;
  readonly bands: number;
  /** True for v7.3 files, from which a region is read alone. */
  readonly readsParts: boolean;
}

/**
 * Size of the cube `key` [height, width, bands] of a `.mat` file of level 5 or v7.3, by its content.
 *
 * @throws DatasetError naming scene and file where there is no such variable or it has another form
 */
export async function matCubeSize(
  path: string,
  key: string,
  bands: number,
  context: string,
): Promise<MatCubeSize> {
  const { variables, readsParts } = await naming(context, () => listMat(path));
  const variable = variables.get(key);
  if (variable === undefined) {
    const names = [...variables.keys()].map((name) => `'${name}'`).join(', ');
    throw new DatasetError(
      `${context}: ${path} has no variable '${key}'; it holds ${names === '' ? 'no numbers' : names}`,
    );
  }
  const { shape } = variable;
  const [height = 0, width = 0, found = 0] = shape;
  if (shape.length !== 3 || found !== bands || height < 1 || width < 1) {
    throw new DatasetError(
      `${context}: '${key}' of ${path} has the shape [${shape.join(', ')}], wanted [height, width, ${bands}] as MATLAB shows it (in HDF5 reversed: [${bands}, width, height])`,
    );
  }
  return { height, width, bands, readsParts };
}

/** Opens a `.mat` file for `use` and closes it; errors name the scene. */
export async function withMat<T>(path: string, context: string, use: (file: ArrayFile) => T): Promise<T> {
  return naming(context, async () => {
    const file = await openMat(path);
    try {
      return use(file);
    } finally {
      file.close();
    }
  });
}

/** The values of a cube or of a region of it, as float32 [height, width, bands]. */
export function readCube(file: ArrayFile, key: string, region: Region | undefined): Float32Array {
  const array =
    region === undefined
      ? file.read(key)
      : file.slice(key, [
          [region.row, region.row + region.height],
          [region.column, region.column + region.width],
          null,
        ]);
  return toFloat32(array);
}

/** Runs `action`; an error of a reader gets the scene's name in front. */
async function naming<T>(context: string, action: () => Promise<T>): Promise<T> {
  try {
    return await action();
  } catch (cause) {
    if (cause instanceof DatasetError) throw cause;
    throw new DatasetError(`${context}: ${cause instanceof Error ? cause.message : String(cause)}`, {
      cause,
    });
  }
}
