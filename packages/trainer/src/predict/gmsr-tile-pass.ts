import type { PredictionJob } from './prediction-job.js';

/**
 * One pass of GMSR-Net's official tiling over a view of the image, read row by row without holding the whole result.
 *
 * Tiles of P x P at stride P; where the side is no multiple of P, one more tile ends with it, and with k = side mod P its
 * last k rows (columns) overwrite while the others are averaged with what is there: new = (tile + old) / 2. In the tile
 * at both ends every pixel outside its last k x k corner is averaged. Where only the width is a multiple of P, the
 * official loop visits the last tile of the last row twice, so its averaged rows are averaged again,
 * 0.75 tile + 0.25 old; where only the height is one, the second visits change nothing. Arithmetic in float32; the pass
 * is clipped to [0, 1] at its end, after the averaging.
 *
 * Source: arXiv 2405.07777, released test code as described in words; see the golden `tiled_inference`.
 */
export class GmsrTilePass {
  /** Finished tile rows, unclipped: [P, width, bands] each; at most two are kept. */
  readonly #tileRows = new Map<number, Float32Array>();
  readonly #job: PredictionJob;
  readonly #patch: number;
  readonly #offset: number;
  readonly #flipped: boolean;
  readonly height: number;
  readonly width: number;
  bands = 0;

  /**
   * @param offset  rows and columns of the (flipped) image left out at the top and left
   * @param flipped whether the image is seen upside down
   */
  constructor(job: PredictionJob, patch: number, offset: number, flipped: boolean) {
    this.#job = job;
    this.#patch = patch;
    this.#offset = offset;
    this.#flipped = flipped;
    this.height = job.image.height - offset;
    this.width = job.image.width - offset;
  }

  /** How often the network is asked in a full pass. */
  get windows(): number {
    return Math.ceil(this.height / this.#patch) * Math.ceil(this.width / this.#patch);
  }

  /** Row `row` of the pass, [width, bands], clipped to [0, 1]; rows must be asked for in one direction. */
  async readRow(row: number): Promise<Float32Array> {
    const patch = this.#patch;
    const last = Math.ceil(this.height / patch) - 1;
    const tileRow = row >= this.height - patch ? last : Math.floor(row / patch);
    const values = await this.#tileRow(tileRow);
    const top = this.#top(tileRow);
    const start = (row - top) * this.width * this.bands;
    const out = values.slice(start, start + this.width * this.bands);
    for (let i = 0; i < out.length; i++) out[i] = Math.min(1, Math.max(0, out[i]!));
    return out;
  }

  #top(tileRow: number): number {
    return Math.min(tileRow * this.#patch, this.height - this.#patch);
  }

  async #tileRow(tileRow: number): Promise<Float32Array> {
    const known = this.#tileRows.get(tileRow);
    if (known !== undefined) return known;
    // Rows are read in one direction: of all rows computed, only the neighbour can still be needed.
    for (const other of this.#tileRows.keys()) {
      if (Math.abs(other - tileRow) > 1) this.#tileRows.delete(other);
    }
    const patch = this.#patch;
    const k = this.height % patch;
    const isRest = k !== 0 && tileRow === Math.ceil(this.height / patch) - 1;
    const old = isRest ? await this.#tileRow(tileRow - 1) : undefined;
    const values = await this.#compute(tileRow, isRest ? patch - k : 0, old);
    this.#tileRows.set(tileRow, values);
    return values;
  }

  /** @param averagedRows rows at the top of this tile row that are averaged with the last rows of `old` */
  async #compute(
    tileRow: number,
    averagedRows: number,
    old: Float32Array | undefined,
  ): Promise<Float32Array> {
    const patch = this.#patch;
    const k = this.width % patch;
    const columns = Math.ceil(this.width / patch);
    let values: Float32Array | undefined;
    for (let tileColumn = 0; tileColumn < columns; tileColumn++) {
      const left = Math.min(tileColumn * patch, this.width - patch);
      const isLast = tileColumn === columns - 1;
      const averagedColumns = isLast && k !== 0 ? patch - k : 0;
      const tile = await this.#job.infer(
        { row: this.#top(tileRow) + this.#offset, column: left + this.#offset, height: patch, width: patch },
        this.#flipped,
      );
      this.bands = tile.bands;
      values ??= this.#startRow(averagedRows, old);
      this.#visit(values, tile.data, left, averagedRows, averagedColumns);
      if (isLast && k === 0 && averagedRows > 0) this.#visit(values, tile.data, left, averagedRows, 0);
    }
    return values!;
  }

  /** What is there before the first visit: the end of the tile row above, and zeros that will be overwritten. */
  #startRow(averagedRows: number, old: Float32Array | undefined): Float32Array {
    const rowLength = this.width * this.bands;
    const values = new Float32Array(this.#patch * rowLength);
    if (old !== undefined) values.set(old.subarray((this.#patch - averagedRows) * rowLength));
    return values;
  }

  /** Averages the first rows and the first columns of the tile with what is there; overwrites with the rest. */
  #visit(
    values: Float32Array,
    tile: Float32Array,
    left: number,
    averagedRows: number,
    averagedColumns: number,
  ): void {
    const patch = this.#patch;
    const { bands, width } = this;
    for (let i = 0; i < patch; i++) {
      for (let j = 0; j < patch; j++) {
        const to = (i * width + left + j) * bands;
        const from = (i * patch + j) * bands;
        if (i < averagedRows || j < averagedColumns) {
          for (let b = 0; b < bands; b++) values[to + b] = (tile[from + b]! + values[to + b]!) / 2;
        } else {
          for (let b = 0; b < bands; b++) values[to + b] = tile[from + b]!;
        }
      }
    }
  }
}
