import { formRgb, rgbRecipe } from '@prismamba/datasets';
import { writePng } from '@prismamba/formats';
import type { CubeShape, CubeSink } from '@prismamba/trainer';
import { standardBands } from './standard-bands.js';

/** Bands that stand beside the colour rendering, nm. */
const SHOWN = [450, 550, 650];
/** Pixels of one picture, at most; larger cubes are thinned out. */
const LARGEST_SIDE = 1024;

const display = (value: number) => Math.round(255 * Math.pow(Math.min(1, Math.max(0, value)), 1 / 2.2));

/**
 * Passes a cube on to another sink and draws it meanwhile: four pictures in a row, the cube rendered with the CIE 1964
 * observer and three bands in grey; gamma 2.2.
 */
export class PreviewSink implements CubeSink {
  private shape: CubeShape = { height: 0, width: 0, bands: 0 };
  private step = 1;
  private picture = new Uint8Array(0);
  private width = 0;
  private height = 0;
  private readonly recipe = rgbRecipe('ntire2020-clean');

  constructor(private readonly next: CubeSink) {}

  async begin(shape: CubeShape): Promise<void> {
    this.shape = shape;
    this.step = Math.ceil(Math.max(shape.height, shape.width) / LARGEST_SIDE);
    this.width = Math.ceil(shape.width / this.step);
    this.height = Math.ceil(shape.height / this.step);
    this.picture = new Uint8Array(this.height * this.width * (1 + SHOWN.length) * 3);
    await this.next.begin(shape);
  }

  async writeRows(row: number, rows: number, data: Float32Array): Promise<void> {
    for (let i = 0; i < rows; i++) {
      if ((row + i) % this.step === 0) await this.drawRow((row + i) / this.step, data, i);
    }
    await this.next.writeRows(row, rows, data);
  }

  /** One row of the picture from row `i` of a block. */
  private async drawRow(row: number, data: Float32Array, i: number): Promise<void> {
    const { width, step } = this;
    const { bands } = this.shape;
    const wavelengths = standardBands(bands);
    const thin = new Float32Array(width * bands);
    for (let x = 0; x < width; x++) {
      const start = (i * this.shape.width + x * step) * bands;
      thin.set(data.subarray(start, start + bands), x * bands);
    }
    const rgb = await formRgb({ data: thin, height: 1, width }, this.recipe, { wavelengths });
    for (let x = 0; x < width; x++) {
      const at = (panel: number) => 3 * ((row * (1 + SHOWN.length) + panel) * width + x);
      for (let c = 0; c < 3; c++) this.picture[at(0) + c] = display(rgb[3 * x + c]!);
      SHOWN.forEach((wavelength, k) => {
        const grey = display(thin[x * bands + wavelengths.indexOf(wavelength)]!);
        this.picture.fill(grey, at(k + 1), at(k + 1) + 3);
      });
    }
  }

  async end(): Promise<void> {
    await this.next.end();
  }

  async abort(reason: unknown): Promise<void> {
    await this.next.abort(reason);
  }

  /** The picture as PNG. */
  png(): Uint8Array {
    const width = this.width * (1 + SHOWN.length);
    return writePng({ width, height: this.height, channels: 3, bitDepth: 8, data: this.picture });
  }
}
