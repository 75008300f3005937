import { DatasetError, unknownNameMessage } from './dataset-error.js';

/** A hyperspectral image with the RGB image that a network sees of it. Arrays are row-major, channels last. */
export interface Scene {
  readonly id: string;
  /** [height, width, wavelengths.length], nominally in [0, 1]. */
  readonly cube: Float32Array;
  /** [height, width, 3], order R, G, B, in [0, 1]. */
  readonly rgb: Float32Array;
  readonly height: number;
  readonly width: number;
  /** nm, one a band. */
  readonly wavelengths: readonly number[];
  /** [height, width], 1 where a pixel may be used (Harvard's `lbl`); absent where every pixel may. */
  readonly mask?: Uint8Array;
}

/** What is known of a scene before it is read. */
export interface SceneHandle {
  readonly id: string;
  readonly height: number;
  readonly width: number;
  readonly bands: number;
  /** How stored numbers become values; absent where the data set defines it. */
  readonly scale?: StoredScale;
}

/** How the numbers of a file become values of a cube: divided by `divisor`. */
export interface StoredScale {
  /** Element type in the file. */
  readonly dtype: string;
  readonly divisor: number;
  /** True where neither the file nor the user named the divisor: it is the largest value of the type, or 1. */
  readonly assumed: boolean;
}

/** A rectangle of pixels: zero-based first row and column, size in pixels. */
export interface Region {
  readonly row: number;
  readonly column: number;
  readonly height: number;
  readonly width: number;
}

/** A collection of scenes that are read when they are asked for. */
export interface SceneSource {
  /** Short name, e.g. 'cave', 'synthetic'. */
  readonly name: string;
  /** One sentence for logs and reports; contains the word 'synthetic' where the scenes are. */
  readonly description: string;
  readonly synthetic: boolean;
  /** nm of every scene. */
  readonly wavelengths: readonly number[];
  readonly scenes: readonly SceneHandle[];
  /** False where cubes have no common scale, so that values outside 0 to 1 are nothing odd. Default true. */
  readonly unitRange?: boolean;
  /** True where `readRegion` reads less than the whole scene, so that caching whole scenes is not needed. */
  readonly regionReads: boolean;
  /** What the user should know: assumptions of the RGB recipe, doubts, bands not measured. */
  readonly notes: readonly string[];
  load(id: string): Promise<Scene>;
  readRegion(id: string, region: Region): Promise<Scene>;
  /** Closes open files; the source cannot be used afterwards. */
  close?(): Promise<void>;
}

/** The handle of a scene, or an error with the nearest valid name. */
export function findScene(source: Pick<SceneSource, 'name' | 'scenes'>, id: string): SceneHandle {
  const handle = source.scenes.find((scene) => scene.id === id);
  if (handle !== undefined) return handle;
  const names = source.scenes.map((scene) => scene.id);
  throw new DatasetError(`${source.name}: ${unknownNameMessage('scene', id, names)}`);
}

/** Bytes of a scene's arrays once it is read (float32 cube and RGB). */
export function sceneBytes(scene: { height: number; width: number; bands: number }): number {
  return scene.height * scene.width * (scene.bands + 3) * 4;
}

/** Throws unless the region has a positive size and lies inside height x width. */
export function checkRegion(region: Region, height: number, width: number, context: string): void {
  const { row, column, height: rows, width: columns } = region;
  const whole = [row, column, rows, columns].every(Number.isInteger);
  if (
    !whole ||
    row < 0 ||
    column < 0 ||
    rows < 1 ||
    columns < 1 ||
    row + rows > height ||
    column + columns > width
  ) {
    throw new DatasetError(
      `${context}: region row ${row}, column ${column}, ${rows} x ${columns} does not lie inside ${height} x ${width} pixels`,
    );
  }
}

/** A rectangle of a channels-last image, as a new array. */
export function cropImage<T extends Float32Array | Float64Array | Uint8Array>(
  data: T,
  width: number,
  channels: number,
  region: Region,
): T {
  const rowLength = region.width * channels;
  const out = new (data.constructor as new (length: number) => T)(region.height * rowLength);
  for (let row = 0; row < region.height; row++) {
    const start = ((region.row + row) * width + region.column) * channels;
    out.set(data.subarray(start, start + rowLength), row * rowLength);
  }
  return out;
}

/** A rectangle of a scene as a scene of its own; the id stays. */
export function cropScene(scene: Scene, region: Region): Scene {
  checkRegion(region, scene.height, scene.width, `cropScene: ${scene.id}`);
  const bands = scene.wavelengths.length;
  return {
    id: scene.id,
    cube: cropImage(scene.cube, scene.width, bands, region),
    rgb: cropImage(scene.rgb, scene.width, 3, region),
    height: region.height,
    width: region.width,
    wavelengths: scene.wavelengths,
    ...(scene.mask === undefined ? {} : { mask: cropImage(scene.mask, scene.width, 1, region) }),
  };
}
