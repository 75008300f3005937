import { formRgb, rgbRecipe } from '@prismamba/datasets';
import type { CubeShape, CubeSink } from '@prismamba/trainer';
import { drawContactSheet } from './contact-sheet.js';

/** Bands that stand beside the colour rendering, nm; the nearest that the cube has. */
const SHOWN = [450, 550, 650];
/** Pixels of one picture, at most; larger cubes are thinned out. */
const LARGEST_SIDE = 1024;

const display = (value: number) => Math.round(255 * Math.pow(Math.min(1, Math.max(0, value)), 1 / 2.2));

/** Index of the band nearest to a wavelength. */
function nearestBand(wavelengths: readonly number[], wanted: number): number {
  const distances = wavelengths.map((nm) => Math.abs(nm - wanted));
  return distances.indexOf(Math.min(...distances));
}

/**
 * Passes a cube on to another sink and draws it meanwhile: four labelled pictures in a row, the cube in sRGB (CIE 1931
 * observer under D65) and three bands in grey; those with gamma 2.2 and its scale.
 */
export class PreviewSink implements CubeSink {
  private shape: CubeShape = { height: 0, width: 0, bands: 0 };
  private step = 1;
  private panels: Uint8Array[] = [];
  private width = 0;
  private height = 0;
  private readonly recipe = rgbRecipe('srgb');
  private readonly shown: readonly number[];

  constructor(
    private readonly next: CubeSink,
    private readonly wavelengths: readonly number[],
  ) {
    this.shown = [...new Set(SHOWN.map((nm) => nearestBand(wavelengths, nm)))];
  }

  async begin(shape: CubeShape): Promise<void> {
    this.shape = shape;
    this.step = Math.ceil(Math.max(shape.height, shape.width) / LARGEST_SIDE);
    this.width = Math.ceil(shape.width / this.step);
    this.height = Math.ceil(shape.height / this.step);
    const bytes = this.height * this.width * 3;
    this.panels = Array.from({ length: 1 + this.shown.length }, () => new Uint8Array(bytes));
    await this.next.begin(shape);
  }

  async writeRows(row: number, rows: number, data: Float32Array): Promise<void> {
    for (let i = 0; i < rows; i++) {
      if ((row + i) % this.step === 0) await this.drawRow((row + i) / this.step, data, i);
    }
    await this.next.writeRows(row, rows, data);
  }

  /** One row of the pictures from row `i` of a block. */
  private async drawRow(row: number, data: Float32Array, i: number): Promise<void> {
    const { width, step, wavelengths } = this;
    const { bands } = this.shape;
    const thin = new Float32Array(width * bands);
    for (let x = 0; x < width; x++) {
      const start = (i * this.shape.width + x * step) * bands;
      thin.set(data.subarray(start, start + bands), x * bands);
    }
    const rgb = await formRgb({ data: thin, height: 1, width }, this.recipe, { wavelengths });
    const [colour, ...greys] = this.panels;
    for (let x = 0; x < width; x++) {
      const at = 3 * (row * width + x);
      for (let c = 0; c < 3; c++) colour![at + c] = Math.round(255 * rgb[3 * x + c]!);
      this.shown.forEach((band, k) => greys[k]!.fill(display(thin[x * bands + band]!), at, at + 3));
    }
  }

  async end(): Promise<void> {
    await this.next.end();
  }

  async abort(reason: unknown): Promise<void> {
    await this.next.abort(reason);
  }

  /** The pictures as PNG. */
  png(): Promise<Uint8Array> {
    const labels = ['colour', ...this.shown.map((band) => `${Math.round(this.wavelengths[band]!)} nm`)];
    const panels = this.panels.map((data, i) => ({ label: labels[i]!, data }));
    return drawContactSheet({ panels, height: this.height, width: this.width, display, white: 1 });
  }
}
