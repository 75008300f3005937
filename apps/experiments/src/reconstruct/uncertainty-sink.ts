import type { CubeShape, CubeSink } from '@prismamba/trainer';
import { intervalScale } from '@prismamba/weights';

/**
 * Takes the means and spreads of an ensemble, [H, W, 2 bands], passes the means on, and writes beside them the half widths of the
 * intervals that contain 90 % of the true values of scenes like those that the factors were calibrated on.
 */
export class UncertaintySink implements CubeSink {
  private width = 0;
  private bands = 0;

  constructor(
    /** By band. */
    private readonly factors: readonly number[],
    private readonly means: CubeSink,
    private readonly halfWidths: CubeSink,
  ) {}

  async begin({ height, width, bands: both }: CubeShape): Promise<void> {
    const bands = both / 2;
    if (bands !== this.factors.length)
      throw new RangeError(`UncertaintySink: ${bands} bands, but ${this.factors.length} factors`);
    [this.width, this.bands] = [width, bands];
    await this.means.begin({ height, width, bands });
    await this.halfWidths.begin({ height, width, bands });
  }

  async writeRows(row: number, rows: number, data: Float32Array): Promise<void> {
    const { bands } = this;
    const pixels = rows * this.width;
    const [means, halves] = [new Float32Array(pixels * bands), new Float32Array(pixels * bands)];
    for (let pixel = 0; pixel < pixels; pixel++) {
      for (let band = 0; band < bands; band++) {
        const [from, to] = [2 * pixel * bands + band, pixel * bands + band];
        means[to] = data[from]!;
        halves[to] = this.factors[band]! * intervalScale(data[from]!, data[from + bands]!);
      }
    }
    await this.means.writeRows(row, rows, means);
    await this.halfWidths.writeRows(row, rows, halves);
  }

  async end(): Promise<void> {
    await this.halfWidths.end();
    await this.means.end();
  }

  async abort(reason: unknown): Promise<void> {
    await this.halfWidths.abort(reason);
    await this.means.abort(reason);
  }
}
