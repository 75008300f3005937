/**
 * A hyperspectral image in memory: row-major, band last (HWC), so that the spectrum of pixel (i, j) is the
 * contiguous run `data[(i * width + j) * bands]` ... `+ bands`. Values are in whatever unit the truth has
 * (reflectance or normalised radiance, usually [0, 1]); no metric rescales them unless it says so.
 */
export interface Cube {
  readonly data: Float32Array | Float64Array;
  readonly height: number;
  readonly width: number;
  readonly bands: number;
  /** Band centres in nm; only Delta E 2000 needs them. */
  readonly wavelengths?: ArrayLike<number> | undefined;
}

/** What every metric accepts beside the two cubes. */
export interface MaskOptions {
  /**
   * One value a pixel, row-major; pixels with 0 are left out. A mask that leaves out every pixel makes the metric
   * NaN: nothing was measured.
   */
  readonly mask?: Uint8Array | undefined;
}

/** Thrown for cubes that cannot be compared; the message names function, argument, what came and what was wanted. */
export class MetricArgumentError extends RangeError {
  override readonly name = 'MetricArgumentError';
}

const shapeText = (cube: Cube): string => `[${cube.height}, ${cube.width}, ${cube.bands}]`;

/** Throws unless `cube` has a positive integer shape that its data fills exactly. */
export function checkCube(caller: string, argument: string, cube: Cube): void {
  for (const axis of ['height', 'width', 'bands'] as const) {
    const size = cube[axis];
    if (!Number.isInteger(size) || size < 1) {
      throw new MetricArgumentError(
        `${caller}: ${argument}.${axis} is ${size}, but must be a positive integer: an empty cube has no score.`,
      );
    }
  }
  const wanted = cube.height * cube.width * cube.bands;
  if (cube.data.length !== wanted) {
    throw new MetricArgumentError(
      `${caller}: ${argument}.data has ${cube.data.length} values, but shape ${shapeText(cube)} needs ${wanted}.`,
    );
  }
}

/** Throws unless both cubes are well formed and of one shape, and the mask (if any) has one value a pixel. */
export function checkPair(caller: string, truth: Cube, reconstruction: Cube, mask?: Uint8Array): void {
  checkCube(caller, 'truth', truth);
  checkCube(caller, 'reconstruction', reconstruction);
  if (
    truth.height !== reconstruction.height ||
    truth.width !== reconstruction.width ||
    truth.bands !== reconstruction.bands
  ) {
    throw new MetricArgumentError(
      `${caller}: reconstruction is ${shapeText(reconstruction)}, but truth is ${shapeText(truth)} ` +
        `([height, width, bands]); crop or transpose one of them first.`,
    );
  }
  const pixels = truth.height * truth.width;
  if (mask !== undefined && mask.length !== pixels) {
    throw new MetricArgumentError(
      `${caller}: mask has ${mask.length} values, but ${truth.height} x ${truth.width} pixels need ${pixels}.`,
    );
  }
}

/** Views of an NHWC batch as N cubes, without a copy. */
export function batchToCubes(
  data: Float32Array | Float64Array,
  shape: readonly [batch: number, height: number, width: number, bands: number],
): Cube[] {
  const [batch, height, width, bands] = shape;
  const size = height * width * bands;
  if (data.length !== batch * size) {
    throw new MetricArgumentError(
      `batchToCubes: data has ${data.length} values, but shape [${shape.join(', ')}] needs ${batch * size}.`,
    );
  }
  return Array.from({ length: batch }, (_, n) => ({
    data: data.subarray(n * size, (n + 1) * size),
    height,
    width,
    bands,
  }));
}

/** The cube without `border` pixels on each side, as `cube[border:-border, border:-border]` in NumPy; a copy. */
export function cropCube(cube: Cube, border: number): Cube {
  checkCube('cropCube', 'cube', cube);
  if (!Number.isInteger(border) || border < 0) {
    throw new MetricArgumentError(`cropCube: border is ${border}, but must be an integer of 0 or more.`);
  }
  if (border === 0) return cube;
  const height = cube.height - 2 * border;
  const width = cube.width - 2 * border;
  if (height < 1 || width < 1) {
    throw new MetricArgumentError(
      `cropCube: a border of ${border} on each side leaves nothing of a ${cube.height} x ${cube.width} image; ` +
        `it needs more than ${2 * border} x ${2 * border} pixels.`,
    );
  }
  const row = width * cube.bands;
  const Data = cube.data instanceof Float64Array ? Float64Array : Float32Array;
  const data = new Data(height * row);
  for (let i = 0; i < height; i++) {
    const start = ((i + border) * cube.width + border) * cube.bands;
    data.set(cube.data.subarray(start, start + row), i * row);
  }
  return { ...cube, data, height, width };
}

/** The cube with every value limited to [low, high]; NaN stays NaN; a copy. */
export function clipCube(cube: Cube, [low, high]: readonly [number, number]): Cube {
  const data = cube.data.slice();
  for (let i = 0; i < data.length; i++) data[i] = Math.min(high, Math.max(low, data[i]!));
  return { ...cube, data };
}
