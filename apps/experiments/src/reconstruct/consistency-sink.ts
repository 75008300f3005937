import type { CubeShape, CubeSink, RgbImage } from '@prismamba/trainer';
import type { Rendering } from './rendering.js';

/** How far the rendering of a cube is from the RGB that it was made from, over all pixels and channels. */
export interface Consistency {
  readonly rms: number;
  readonly largest: number;
}

/**
 * Renders a cube while it passes and compares with the photo: e = rgb - M x. With `enforce` each spectrum is moved by the
 * smallest change that makes them equal, x' = x + M^T (M M^T)^-1 e: what the camera saw is then as it saw it, and only what no
 * camera of this kind sees is the network's. Saturated pixels are held to their saturated values.
 */
export class ConsistencySink implements CubeSink {
  private shape: CubeShape = { height: 0, width: 0, bands: 0 };
  private squares = 0;
  private largest = 0;

  constructor(
    private readonly photo: RgbImage,
    private readonly rendering: Rendering,
    private readonly enforce: boolean,
    private readonly next: CubeSink,
  ) {}

  async begin(shape: CubeShape): Promise<void> {
    this.shape = shape;
    await this.next.begin(shape);
  }

  async writeRows(row: number, rows: number, data: Float32Array): Promise<void> {
    const { width, bands } = this.shape;
    const { matrix, inverse } = this.rendering;
    const result = this.enforce ? Float32Array.from(data) : data;
    const error = [0, 0, 0];
    const measure = (start: number, pixel: number) => {
      for (let c = 0; c < 3; c++) {
        let seen = 0;
        for (let band = 0; band < bands; band++) seen += matrix[c * bands + band]! * result[start + band]!;
        error[c] = this.photo.data[3 * pixel + c]! - seen;
      }
    };
    for (let i = 0; i < rows * width; i++) {
      const [start, pixel] = [i * bands, row * width + i];
      measure(start, pixel);
      if (this.enforce) {
        for (let band = 0; band < bands; band++) {
          for (let c = 0; c < 3; c++) result[start + band]! += inverse[3 * band + c]! * error[c]!;
        }
        measure(start, pixel);
      }
      for (const value of error) {
        this.squares += value * value;
        this.largest = Math.max(this.largest, Math.abs(value));
      }
    }
    await this.next.writeRows(row, rows, result);
  }

  async end(): Promise<void> {
    await this.next.end();
  }

  async abort(reason: unknown): Promise<void> {
    await this.next.abort(reason);
  }

  consistency(): Consistency {
    const { height, width } = this.shape;
    return { rms: Math.sqrt(this.squares / (3 * height * width)), largest: this.largest };
  }
}
