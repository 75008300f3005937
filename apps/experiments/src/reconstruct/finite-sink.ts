import type { CubeShape, CubeSink } from '@prismamba/trainer';
import { UserError } from '../user-error.js';

/** Passes a cube on to another sink and refuses values that are NaN or infinite: a cube file that holds some is worse than none. */
export class FiniteSink implements CubeSink {
  private shape: CubeShape = { height: 0, width: 0, bands: 0 };

  constructor(private readonly next: CubeSink) {}

  begin(shape: CubeShape): void | Promise<void> {
    this.shape = shape;
    return this.next.begin(shape);
  }

  writeRows(row: number, rows: number, data: Float32Array): void | Promise<void> {
    const first = data.findIndex((value) => !Number.isFinite(value));
    if (first >= 0) {
      const { width, bands } = this.shape;
      const count = data.reduce((sum, value) => sum + (Number.isFinite(value) ? 0 : 1), 0);
      const pixel = Math.floor(first / bands);
      throw new UserError(
        `the reconstruction is not finite: ${count} values of the rows ${row} to ${row + rows - 1} are NaN or infinite, the ` +
          `first at row ${row + Math.floor(pixel / width)}, column ${pixel % width}, band ${first % bands}; no file was written`,
      );
    }
    return this.next.writeRows(row, rows, data);
  }

  end(): void | Promise<void> {
    return this.next.end();
  }

  abort(reason: unknown): void | Promise<void> {
    return this.next.abort(reason);
  }
}
