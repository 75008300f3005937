import { DatasetError } from '../dataset-error.js';
import type { Region } from '../scene.js';

/** Where patches are cut. */
export interface PatchGrid {
  /** Side of the square patch in pixels. */
  readonly size: number;
  /** Pixels between the corners of neighbours, one number or one an axis. */
  readonly stride: number | { readonly row: number; readonly column: number };
  /**
   * What happens to the remainder at the far edges. `'drop'` (default, the convention of the papers' code):
   * `floor((H - size) / stride) + 1` rows, what is left over is never seen. `'flush'`: one more row and column
   * of patches, flush with the border, where something is left over.
   */
  readonly edge?: 'drop' | 'flush';
}

/** Offsets along one axis. Empty where the axis is shorter than a patch. */
function offsets(length: number, size: number, stride: number, edge: 'drop' | 'flush'): number[] {
  if (length < size) return [];
  const count = Math.floor((length - size) / stride) + 1;
  const list = Array.from({ length: count }, (_, i) => i * stride);
  if (edge === 'flush' && (count - 1) * stride + size < length) list.push(length - size);
  return list;
}

function strides(grid: PatchGrid): { row: number; column: number } {
  return typeof grid.stride === 'number' ? { row: grid.stride, column: grid.stride } : grid.stride;
}

/** Throws unless size and strides are integers of at least 1. */
export function checkPatchGrid(grid: PatchGrid): void {
  const { row, column } = strides(grid);
  for (const [name, value] of Object.entries({
    size: grid.size,
    'stride (rows)': row,
    'stride (columns)': column,
  })) {
    if (!Number.isInteger(value) || value < 1) {
      throw new DatasetError(`patch grid: ${name} must be an integer >= 1, got ${value}`);
    }
  }
}

/** Regions of the patches of an image, row by row; empty where the image is smaller than a patch. */
export function patchRegions(height: number, width: number, grid: PatchGrid): Region[] {
  checkPatchGrid(grid);
  const { row: rowStride, column: columnStride } = strides(grid);
  const edge = grid.edge ?? 'drop';
  const columns = offsets(width, grid.size, columnStride, edge);
  return offsets(height, grid.size, rowStride, edge).flatMap((row) =>
    columns.map((column) => ({ row, column, height: grid.size, width: grid.size })),
  );
}

/** Number of patches of an image. */
export function patchCount(height: number, width: number, grid: PatchGrid): number {
  checkPatchGrid(grid);
  const { row, column } = strides(grid);
  const edge = grid.edge ?? 'drop';
  return offsets(height, grid.size, row, edge).length * offsets(width, grid.size, column, edge).length;
}
