/** Shape of a predicted cube. */
export interface CubeShape {
  readonly height: number;
  readonly width: number;
  readonly bands: number;
}

/**
 * Where a prediction goes while it is made. `begin` comes once and first; then `writeRows` with every row exactly once,
 * from the top down; then `end`, or `abort` if anything failed (a sink that writes a file removes it then).
 */
export interface CubeSink {
  begin(shape: CubeShape): void | Promise<void>;
  /**
   * @param row  first row
   * @param data [rows, width, bands] row-major; belongs to the caller again when the returned promise resolves
   */
  writeRows(row: number, rows: number, data: Float32Array): void | Promise<void>;
  end(): void | Promise<void>;
  abort(reason: unknown): void | Promise<void>;
}

/** A predicted cube in memory, [height, width, bands] row-major. */
export interface PredictedCube extends CubeShape {
  readonly data: Float32Array;
}

/** A sink that keeps the whole cube in memory. */
export class MemorySink implements CubeSink {
  #cube: PredictedCube | undefined;

  begin(shape: CubeShape): void {
    this.#cube = { ...shape, data: new Float32Array(shape.height * shape.width * shape.bands) };
  }

  writeRows(row: number, _rows: number, data: Float32Array): void {
    const cube = this.cube;
    cube.data.set(data, row * cube.width * cube.bands);
  }

  end(): void {}

  abort(): void {
    this.#cube = undefined;
  }

  /** @throws before `begin` and after `abort` */
  get cube(): PredictedCube {
    if (this.#cube === undefined)
      throw new Error('MemorySink: there is no cube; begin was not called, or the prediction failed');
    return this.#cube;
  }
}
