import { formRgb, ntire2020Clean } from '@prismamba/datasets';
import { writePng } from '@prismamba/formats';
import type { PredictedCube } from '@prismamba/trainer';
import { standardBands } from './standard-bands.js';

/** Bands that stand beside the colour rendering, nm. */
const SHOWN = [450, 550, 650];

const display = (value: number) => Math.round(255 * Math.pow(Math.min(1, Math.max(0, value)), 1 / 2.2));

/** A PNG of four pictures in a row: the cube rendered with the CIE 1964 observer, and three bands in grey; gamma 2.2. */
export async function previewImage(cube: PredictedCube): Promise<Uint8Array> {
  const { height, width, bands, data } = cube;
  const wavelengths = standardBands(bands);
  const rgb = await formRgb(cube, ntire2020Clean(), { wavelengths });
  const panels = 1 + SHOWN.length;
  const out = new Uint8Array(height * width * panels * 3);
  for (let row = 0; row < height; row++) {
    for (let column = 0; column < width; column++) {
      const p = row * width + column;
      const to = (panel: number) => 3 * (row * width * panels + panel * width + column);
      for (let c = 0; c < 3; c++) out[to(0) + c] = display(rgb[3 * p + c]);
      SHOWN.forEach((wavelength, i) => {
        const value = display(data[p * bands + wavelengths.indexOf(wavelength)]!);
        out.fill(value, to(i + 1), to(i + 1) + 3);
      });
    }
  }
  return writePng({ width: width * panels, height, channels: 3, bitDepth: 8, data: out });
}
