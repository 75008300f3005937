import type { WasmArena } from '@prismamba/backend/arena';
import type { TensorInfo } from '@tensorflow/tfjs-core';

/** Pointer of a tensor, 0 where it is absent or empty. */
export function pointerOf(arena: WasmArena, info: TensorInfo | undefined): number {
  return info === undefined || info.shape.includes(0) ? 0 : arena.pointer(info);
}

/** A new tensor of the same shape, with undefined contents. */
export function outputLike(arena: WasmArena, info: TensorInfo): TensorInfo {
  return arena.makeOutput(info.shape, 'float32');
}

/** The same for a tensor that may be absent. */
export function outputLikeOptional(arena: WasmArena, info: TensorInfo | undefined): TensorInfo | undefined {
  return info === undefined ? undefined : outputLike(arena, info);
}

/** Number of elements. */
export function sizeOf(info: TensorInfo): number {
  return info.shape.reduce((size, length) => size * length, 1);
}
