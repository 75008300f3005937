import { DatasetError } from '../dataset-error.js';
import type { Scene, SceneHandle } from '../scene.js';

/** What the values of a cube, or of regions of it, are like; pixels that a mask leaves out do not count. */
export interface CubeFacts {
  readonly low: number;
  readonly high: number;
  readonly pixels: number;
  /** Pixels that are 0 in every band. */
  readonly zeros: number;
  /** Values that are NaN or infinite; at least so many where `partial`. */
  readonly broken: number;
  /** True where only parts of the scene were looked at. */
  readonly partial?: boolean;
  /** The first of them; row and column of the whole scene. */
  readonly firstBroken?: { readonly row: number; readonly column: number; readonly band: number };
  /** About {@link sampleSize} of the values, evenly spread. */
  readonly sample: Float32Array;
}

/** Values of a scene that quantiles are taken from. */
const sampleSize = 4096;

/** More pixels without any light than this are a mask, a crop or a broken file, not a scene. */
const mostZero = 0.5;
/** Dark corners and single dead pixels are usual. */
const usualZero = 0.01;

/** Looks at every value of a scene, or of a region of one that begins at `origin`. */
export function inspectCube(
  { cube, mask, width, wavelengths }: Pick<Scene, 'cube' | 'mask' | 'width' | 'wavelengths'>,
  origin: { readonly row: number; readonly column: number } = { row: 0, column: 0 },
): CubeFacts {
  const bands = wavelengths.length;
  let [low, high, pixels, zeros, broken] = [Infinity, -Infinity, 0, 0, 0];
  let firstBroken: CubeFacts['firstBroken'];
  for (let pixel = 0; pixel < cube.length / bands; pixel++) {
    if (mask?.[pixel] === 0) continue;
    pixels++;
    let dark = true;
    for (let band = 0; band < bands; band++) {
      const value = cube[pixel * bands + band]!;
      if (value !== 0) dark = false;
      if (Number.isFinite(value)) {
        if (value < low) low = value;
        if (value > high) high = value;
      } else if (broken++ === 0) {
        const row = origin.row + Math.floor(pixel / width);
        firstBroken = { row, column: origin.column + (pixel % width), band };
      }
    }
    if (dark) zeros++;
  }
  const step = Math.max(1, Math.floor(cube.length / sampleSize));
  const sample = Float32Array.from({ length: Math.ceil(cube.length / step) }, (_, i) => cube[i * step]!);
  return { low, high, pixels, zeros, broken, ...(firstBroken === undefined ? {} : { firstBroken }), sample };
}

/** Facts of several regions of a scene as one. */
export function joinFacts(parts: readonly CubeFacts[]): CubeFacts {
  const sum = (of: (part: CubeFacts) => number) => parts.reduce((total, part) => total + of(part), 0);
  if (parts.length === 1) return parts[0]!;
  const firstBroken = parts.find((part) => part.firstBroken !== undefined)?.firstBroken;
  return {
    low: Math.min(...parts.map(({ low }) => low)),
    high: Math.max(...parts.map(({ high }) => high)),
    pixels: sum(({ pixels }) => pixels),
    zeros: sum(({ zeros }) => zeros),
    // Regions may overlap: this many there are at least.
    broken: Math.max(...parts.map(({ broken }) => broken)),
    partial: true,
    ...(firstBroken === undefined ? {} : { firstBroken }),
    sample: new Float32Array(0),
  };
}

/** @throws DatasetError for NaN and infinite values, constants, and where more than half of the pixels are 0 in every band */
export function refuseBad(facts: CubeFacts, context: string): void {
  const { low, high, pixels, zeros, broken, firstBroken } = facts;
  if (pixels === 0) throw new DatasetError(`${context}: its mask leaves out every pixel`);
  if (firstBroken !== undefined) {
    const { row, column, band } = firstBroken;
    throw new DatasetError(
      `${context}: ${facts.partial === true ? 'at least ' : ''}${broken} values are NaN or infinite, the first at row ${row}, column ${column}, band ${band}`,
    );
  }
  if (low === high)
    throw new DatasetError(`${context}: every value of the cube is ${low}; the file is empty`);
  if (zeros > mostZero * pixels) {
    throw new DatasetError(
      `${context}: ${percent(zeros / pixels)} of its pixels are 0 in every band: cut the empty part off, or give it a mask`,
    );
  }
}

/** Something odd; one kind of it is the same matter in every scene. */
export interface Remark {
  readonly kind: 'counts' | 'range' | 'zeros';
  readonly text: string;
}

/** What is odd about a cube that can be used, with the setting that would change it. */
export function remarksOn(
  { low, high, pixels, zeros }: CubeFacts,
  { scale }: Pick<SceneHandle, 'scale'>,
  unitRange = true,
): Remark[] {
  const remarks: Remark[] = [];
  const counts = scale === undefined ? undefined : countsRemark(high, scale);
  if (counts !== undefined) remarks.push({ kind: 'counts', text: counts });
  else if (unitRange && (low < 0 || high > 1)) {
    const text =
      `values from ${low.toPrecision(4)} to ${high.toPrecision(4)}, wanted 0 to 1` +
      (high > 1 && scale !== undefined
        ? `; divisor=N divides them by N (now ${scale.divisor}${scale.assumed ? ', assumed' : ''})`
        : '');
    remarks.push({ kind: 'range', text });
  }
  if (zeros > usualZero * pixels) {
    remarks.push({ kind: 'zeros', text: `${percent(zeros / pixels)} of its pixels are 0 in every band` });
  }
  return remarks;
}

const percent = (share: number): string => `${(100 * share).toFixed(share < 0.1 ? 1 : 0)} %`;

/** Integers that were divided by the largest value of their type although they use a small part of it. */
function countsRemark(high: number, scale: NonNullable<SceneHandle['scale']>): string | undefined {
  const { dtype, divisor, assumed } = scale;
  const count = Math.round(high * divisor);
  // A quarter of the range is a dark scene; less than that, and a fuller scale fits.
  if (!assumed || divisor < 256 || count > divisor / 4) return undefined;
  const bits = [8, 10, 12, 14].find((each) => count < 2 ** each) ?? 14;
  const full = count > 4095 && count <= 10000 ? 10000 : 2 ** bits - 1;
  return (
    `stored as ${dtype} up to ${count}, divided by ${divisor} because nothing says otherwise, so values reach only ` +
    `${high.toPrecision(3)}; if ${full} stands for 1, set divisor=${full}`
  );
}
