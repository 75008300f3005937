import { DatasetError } from '../dataset-error.js';

/** Range of the values of a cube. */
export interface CubeRange {
  readonly low: number;
  readonly high: number;
}

/**
 * The range of a cube's values.
 *
 * @throws DatasetError naming the first place where a value is NaN or infinite, and for a cube that is one constant
 */
export function inspectCube(
  cube: Float32Array,
  size: { readonly width: number; readonly bands: number },
  context: string,
): CubeRange {
  let low = Infinity;
  let high = -Infinity;
  let broken = 0;
  let first = -1;
  for (let i = 0; i < cube.length; i++) {
    const value = cube[i]!;
    if (!Number.isFinite(value)) {
      if (broken++ === 0) first = i;
    } else {
      if (value < low) low = value;
      if (value > high) high = value;
    }
  }
  if (broken > 0) {
    const pixel = Math.floor(first / size.bands);
    throw new DatasetError(
      `${context}: ${broken} of ${cube.length} values are not finite, the first (${cube[first]}) at row ${Math.floor(pixel / size.width)}, column ${pixel % size.width}, band ${first % size.bands}`,
    );
  }
  if (low === high)
    throw new DatasetError(`${context}: every value of the cube is ${low}; the file is empty`);
  return { low, high };
}
