import { formRgb, rgbRecipe } from '@prismamba/datasets';
import sharp from 'sharp';
import { drawContactSheet } from '../reconstruct/contact-sheet.js';
import type { ThinCube } from './thin-cube.js';

/** Pictures of a contact sheet at most, of so many pixels a side at most, in rows of so many. */
const SHEET = { panels: 32, side: 128, columns: 8 };

/** Light outside is seen by nobody; a rendering needs bands from blue to red, nm. */
const VISIBLE = { from: 380, to: 780, blue: 460, red: 620 };

/** Of the values, so many lie below the one that is shown as white: a few highlights do not make a picture dark. */
const WHITE_SHARE = 0.995;

/** The value that is shown as white. */
export function whiteOf({ data }: ThinCube): number {
  const step = Math.max(1, Math.floor(data.length / 500_000));
  const sample = Float32Array.from({ length: Math.ceil(data.length / step) }, (_, i) => data[i * step]!)
    .filter(Number.isFinite)
    .sort();
  const white = sample[Math.floor(WHITE_SHARE * (sample.length - 1))] ?? 1;
  return white > 0 ? white : 1;
}

/** Code of a share of white, gamma 2.2; black where there is no number. */
const display = (share: number) => (share > 0 ? Math.round(255 * Math.pow(Math.min(1, share), 1 / 2.2)) : 0);

/** Indices of the bands that are shown: all, or evenly spread over them. */
export function shownBands(bands: number): number[] {
  if (bands <= SHEET.panels) return Array.from({ length: bands }, (_, band) => band);
  const step = (bands - 1) / (SHEET.panels - 1);
  return Array.from({ length: SHEET.panels }, (_, i) => Math.round(i * step));
}

/** The bands in grey, each with its wavelength, and the scale, as PNG. */
export function drawBands(
  cube: ThinCube,
  wavelengths: readonly number[],
  white: number,
): Promise<Uint8Array> {
  const step = Math.ceil(Math.max(cube.height, cube.width) / SHEET.side);
  const [height, width] = [Math.ceil(cube.height / step), Math.ceil(cube.width / step)];
  const panels = shownBands(cube.bands).map((band) => {
    const data = new Uint8Array(height * width * 3);
    for (let y = 0; y < height; y++) {
      for (let x = 0; x < width; x++) {
        const value = cube.data[(y * step * cube.width + x * step) * cube.bands + band]!;
        data.fill(display(value / white), 3 * (y * width + x), 3 * (y * width + x) + 3);
      }
    }
    return { label: `${Number(wavelengths[band]!.toFixed(1))} nm`, data };
  });
  return drawContactSheet({ panels, height, width, columns: SHEET.columns, display, white });
}

/**
 * The cube as reflectances under D65, seen by the CIE 1931 observer, in sRGB, as PNG; undefined where its bands do not reach from
 * blue to red.
 */
export async function renderColour(
  cube: ThinCube,
  wavelengths: readonly number[],
  white: number,
): Promise<Uint8Array | undefined> {
  const seen = wavelengths.flatMap((nm, band) => (nm >= VISIBLE.from && nm <= VISIBLE.to ? [band] : []));
  const nm = seen.map((band) => wavelengths[band]!);
  if (nm.length < 3 || nm[0]! > VISIBLE.blue || nm.at(-1)! < VISIBLE.red) return undefined;
  const { height, width, bands } = cube;
  const data = new Float32Array(height * width * nm.length);
  for (let pixel = 0; pixel < height * width; pixel++) {
    seen.forEach((band, i) => {
      const value = cube.data[pixel * bands + band]! / white;
      data[pixel * nm.length + i] = Number.isFinite(value) ? value : 0;
    });
  }
  const rgb = await formRgb({ data, height, width }, rgbRecipe('srgb'), { wavelengths: nm });
  const codes = Uint8Array.from(rgb, (value) => Math.round(255 * value));
  return sharp(codes, { raw: { width, height, channels: 3 } })
    .png()
    .toBuffer();
}
