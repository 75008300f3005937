import type { CubeShape, CubeSink } from '@prismamba/trainer';

/** Pixels of a side, and bytes of all of it, at most. */
const LARGEST = { side: 1024, bytes: 256e6 };

/** A cube with every n-th pixel of every n-th row: enough for pictures, however large the file. */
export interface ThinCube extends CubeShape {
  /** [height, width, bands]. */
  readonly data: Float32Array;
}

/** The smallest distance of pixels at which the cube keeps to the limits. */
function stepOf({ height, width, bands }: CubeShape): number {
  const bytes = height * width * bands * Float32Array.BYTES_PER_ELEMENT;
  return Math.max(
    1,
    Math.ceil(Math.max(height, width) / LARGEST.side),
    Math.ceil(Math.sqrt(bytes / LARGEST.bytes)),
  );
}

/** Keeps a {@link ThinCube} of what passes. */
export class ThinCubeSink implements CubeSink {
  private shape: CubeShape = { height: 0, width: 0, bands: 0 };
  private step = 1;
  private thin: ThinCube = { ...this.shape, data: new Float32Array(0) };

  begin(shape: CubeShape): void {
    this.shape = shape;
    this.step = stepOf(shape);
    const { bands } = shape;
    const [height, width] = [Math.ceil(shape.height / this.step), Math.ceil(shape.width / this.step)];
    this.thin = { height, width, bands, data: new Float32Array(height * width * bands) };
  }

  writeRows(row: number, rows: number, data: Float32Array): void {
    const { step, thin } = this;
    const { bands } = thin;
    for (let i = (step - (row % step)) % step; i < rows; i += step) {
      for (let x = 0; x < thin.width; x++) {
        const start = (i * this.shape.width + x * step) * bands;
        thin.data.set(data.subarray(start, start + bands), (((row + i) / step) * thin.width + x) * bands);
      }
    }
  }

  end(): void {}
  abort(): void {}

  get cube(): ThinCube {
    return this.thin;
  }
}
