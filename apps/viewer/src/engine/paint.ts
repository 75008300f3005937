import { formRgb, linearToSrgb, rgbRecipe } from '@prismamba/datasets';
import type { LoadedCube } from './cube.js';

/** Pixels that are rendered in one go: bounds the memory of the float64 steps. */
const BLOCK = 65_536;

/** Codes 0 to 255 of values 0 to 1 with the transfer function of sRGB, in steps fine enough for 8 bits. */
const codes = Uint8ClampedArray.from({ length: 4097 }, (_, i) => 255 * linearToSrgb(i / 4096));

/** The code of a share of white; NaN is drawn as black. */
const code = (share: number) => codes[Math.round(4096 * Math.min(1, Math.max(0, share || 0)))]!;

function opaque(pixels: number): Uint8ClampedArray<ArrayBuffer> {
  return new Uint8ClampedArray(4 * pixels).fill(255);
}

/** One band in grey, or three bands as red, green and blue. */
export function paintBands(
  { data, info }: LoadedCube,
  bands: readonly [number, number, number],
  white = info.white,
): Uint8ClampedArray<ArrayBuffer> {
  const count = info.wavelengths.length;
  const pixels = opaque(info.height * info.width);
  for (let i = 0; i < info.height * info.width; i++) {
    for (let c = 0; c < 3; c++) pixels[4 * i + c] = code(data[i * count + bands[c]!]! / white);
  }
  return pixels;
}

/** The cube as a person sees it on a screen: CIE 1931 under D65, sRGB. */
export async function paintRendering({ data, info }: LoadedCube): Promise<Uint8ClampedArray<ArrayBuffer>> {
  const { height, width, wavelengths } = info;
  const bands = wavelengths.length;
  const recipe = rgbRecipe('srgb');
  const pixels = opaque(height * width);
  const rows = Math.max(1, Math.floor(BLOCK / width));
  for (let row = 0; row < height; row += rows) {
    const count = Math.min(rows, height - row);
    const block = data.subarray(row * width * bands, (row + count) * width * bands);
    const rgb = await formRgb({ data: block, height: count, width }, recipe, { wavelengths });
    for (let i = 0; i < count * width; i++) {
      for (let c = 0; c < 3; c++) pixels[4 * (row * width + i) + c] = 255 * rgb[3 * i + c]!;
    }
  }
  return pixels;
}

/** Linear light to a picture on the screen. */
export function paintLinear(rgb: Float32Array): Uint8ClampedArray<ArrayBuffer> {
  const pixels = opaque(rgb.length / 3);
  for (let i = 0; i < rgb.length / 3; i++) {
    for (let c = 0; c < 3; c++) pixels[4 * i + c] = code(rgb[3 * i + c]!);
  }
  return pixels;
}

/** Black over red and yellow to white: black-body colours, which are ordered by lightness. */
const heat = (share: number, channel: number) => 255 * Math.min(1, Math.max(0, 3 * share - channel));

/** Where the colours of errors end: a fifth of what is white in the cube, for errors and intervals alike. */
const ERROR_SHARE = 1 / 5;

/** Values of one band from 0 (black) to a fifth of the cube's white. */
function paintHeatOf(
  valueAt: (pixel: number) => number,
  { height, width }: LoadedCube['info'],
  cubeWhite: number,
): { pixels: Uint8ClampedArray<ArrayBuffer>; white: number } {
  const white = ERROR_SHARE * cubeWhite;
  const pixels = opaque(height * width);
  for (let i = 0; i < height * width; i++) {
    const share = valueAt(i) / white || 0;
    for (let c = 0; c < 3; c++) pixels[4 * i + c] = heat(share, c);
  }
  return { pixels, white };
}

/** A band in the colours of errors. */
export function paintHeat({ data, info }: LoadedCube, band: number, cubeWhite: number) {
  const bands = info.wavelengths.length;
  return paintHeatOf((i) => data[i * bands + band]!, info, cubeWhite);
}

/** Absolute difference of a band of two cubes of one shape. */
export function paintError(cube: LoadedCube, truth: LoadedCube, band: number) {
  const bands = truth.info.wavelengths.length;
  const difference = (i: number) => Math.abs(cube.data[i * bands + band]! - truth.data[i * bands + band]!);
  return paintHeatOf(difference, truth.info, truth.info.white);
}
