import type { CubeShape, CubeSink } from '@prismamba/trainer';
import { checkRegion, regionName, type Region } from './regions.js';

/** Mean and standard deviation over the pixels of a region, a value a band. */
export interface RegionSpectrum {
  readonly name: string;
  readonly pixels: number;
  readonly mean: readonly number[];
  readonly deviation: readonly number[];
}

/** Passes a cube on to another sink and sums up the spectra of regions meanwhile. */
export class SpectraSink implements CubeSink {
  private shape: CubeShape = { height: 0, width: 0, bands: 0 };
  private sums: Float64Array[] = [];
  private squares: Float64Array[] = [];

  constructor(
    private readonly regions: readonly Region[],
    private readonly next: CubeSink,
  ) {}

  async begin(shape: CubeShape): Promise<void> {
    for (const region of this.regions) checkRegion(region, shape);
    this.shape = shape;
    this.sums = this.regions.map(() => new Float64Array(shape.bands));
    this.squares = this.regions.map(() => new Float64Array(shape.bands));
    await this.next.begin(shape);
  }

  async writeRows(row: number, rows: number, data: Float32Array): Promise<void> {
    const { width, bands } = this.shape;
    this.regions.forEach((region, i) => {
      const first = Math.max(row, region.y);
      const last = Math.min(row + rows, region.y + region.height);
      for (let y = first; y < last; y++) {
        const start = ((y - row) * width + region.x) * bands;
        for (let at = 0; at < region.width * bands; at++) {
          const value = data[start + at]!;
          this.sums[i]![at % bands]! += value;
          this.squares[i]![at % bands]! += value * value;
        }
      }
    });
    await this.next.writeRows(row, rows, data);
  }

  async end(): Promise<void> {
    await this.next.end();
  }

  async abort(reason: unknown): Promise<void> {
    await this.next.abort(reason);
  }

  spectra(): RegionSpectrum[] {
    return this.regions.map((region, i) => {
      const pixels = region.width * region.height;
      const mean = [...this.sums[i]!].map((sum) => sum / pixels);
      const deviation = mean.map((value, band) =>
        Math.sqrt(Math.max(0, this.squares[i]![band]! / pixels - value * value)),
      );
      return { name: regionName(region), pixels, mean, deviation };
    });
  }
}
