import { colorChecker, sampleTable } from '@prismamba/datasets';
import { deltaE, mrae, rmse, sam } from '@prismamba/metrics';
import type { CubeShape, CubeSink } from '@prismamba/trainer';
import Table from 'cli-table3';
import type { Rendering } from '../reconstruct/rendering.js';
import type { ChartPatch } from './chart-patches.js';

/** The published reflectances of the patches at wavelengths, [bands] each; N. Ohta, see `colorChecker`. */
export function chartReflectances(wavelengths: readonly number[]): Float64Array[] {
  return Object.values(sampleTable(colorChecker, wavelengths));
}

/** The RGB of a spectrum in the space of the weights. */
export function renderSpectrum(spectrum: ArrayLike<number>, { matrix }: Rendering): number[] {
  return [0, 1, 2].map((c) => {
    let sum = 0;
    for (let band = 0; band < spectrum.length; band++)
      sum += matrix[c * spectrum.length + band]! * spectrum[band]!;
    return sum;
  });
}

/** Passes a cube on and sums up the mean spectrum of each patch meanwhile. */
export class ChartSink implements CubeSink {
  private shape: CubeShape = { height: 0, width: 0, bands: 0 };
  private readonly sums: Float64Array[] = [];

  constructor(
    private readonly patches: readonly ChartPatch[],
    private readonly next: CubeSink,
  ) {}

  async begin(shape: CubeShape): Promise<void> {
    this.shape = shape;
    this.sums.push(...this.patches.map(() => new Float64Array(shape.bands)));
    await this.next.begin(shape);
  }

  async writeRows(row: number, rows: number, data: Float32Array): Promise<void> {
    const { width, bands } = this.shape;
    this.patches.forEach(({ pixels }, i) => {
      for (const pixel of pixels) {
        const start = (pixel - row * width) * bands;
        if (start < 0 || start >= rows * width * bands) continue;
        for (let band = 0; band < bands; band++) this.sums[i]![band]! += data[start + band]! / pixels.length;
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

  /** The mean spectrum of each patch. */
  spectra(): readonly Float64Array[] {
    return this.sums;
  }
}

/** How a reconstructed patch differs from its published spectrum. */
export interface PatchScore {
  readonly name: string;
  /** CIEDE2000 under D65, CIE 1931. */
  readonly deltaE: number;
  readonly rmse: number;
  readonly mrae: number;
  /** Degrees. */
  readonly sam: number;
}

export function scorePatches(
  patches: readonly ChartPatch[],
  spectra: readonly Float64Array[],
  wavelengths: readonly number[],
): PatchScore[] {
  const truths = chartReflectances(wavelengths);
  return patches.map(({ name }, i) => {
    const cube = (data: Float64Array) => ({ data, height: 1, width: 1, bands: data.length, wavelengths });
    const pair = [cube(truths[i]!), cube(spectra[i]!)] as const;
    return { name, deltaE: deltaE(...pair), rmse: rmse(...pair), mrae: mrae(...pair), sam: sam(...pair) };
  });
}

const mean = (values: readonly number[]) => values.reduce((sum, value) => sum + value, 0) / values.length;
const cells = ({ name, deltaE, rmse, mrae, sam }: PatchScore): [string, string, string, string, string] => [
  name,
  deltaE.toFixed(2),
  rmse.toFixed(4),
  mrae.toFixed(3),
  sam.toFixed(2),
];

/** A row a patch, and the mean. */
export function chartTable(scores: readonly PatchScore[]): string {
  const table = new Table({
    head: ['patch', 'Delta E 2000', 'RMSE', 'MRAE', 'SAM'],
    style: { head: [], border: [], compact: true },
    colAligns: ['left', 'right', 'right', 'right', 'right'],
  });
  const of = (key: 'deltaE' | 'rmse' | 'mrae' | 'sam') => mean(scores.map((score) => score[key]));
  const means = { name: 'mean', deltaE: of('deltaE'), rmse: of('rmse'), mrae: of('mrae'), sam: of('sam') };
  for (const score of [...scores, means]) table.push(cells(score));
  return table.toString();
}
