import * as tf from '@tensorflow/tfjs-core';
import { bufferOf } from './shader.js';
import type { WebgpuBackend } from './webgpu-of.js';

/** A new float32 tensor on the device; its values are whatever was there. */
export function newArray(gpu: WebgpuBackend, shape: readonly number[]): tf.TensorInfo {
  const empty = shape.includes(0) ? new Float32Array(0) : undefined;
  return gpu.makeTensorInfo([...shape], 'float32', empty);
}

export const sizeOf = (info: tf.TensorInfo): number => tf.util.sizeFromShape(info.shape);

function encoderOf(gpu: WebgpuBackend) {
  gpu.ensureCommandEncoderReady();
  gpu.endComputePassEncoder();
  return gpu.commandEncoder!;
}

/**
 * Tensors and runs of zeros (a number: how many) one behind the other in one new array, by copies on the device; of the given
 * shape, else flat.
 */
export function joined(
  gpu: WebgpuBackend,
  parts: readonly (tf.TensorInfo | number)[],
  shape?: readonly number[],
): tf.TensorInfo {
  const lengths = parts.map((part) => (typeof part === 'number' ? part : sizeOf(part)));
  const all = newArray(gpu, shape ?? [lengths.reduce((sum, length) => sum + length, 0)]);
  if (sizeOf(all) === 0) return all;
  const buffers = parts.map((part, i) =>
    typeof part === 'number' || lengths[i] === 0 ? undefined : bufferOf(gpu, part),
  );
  const to = bufferOf(gpu, all);
  const encoder = encoderOf(gpu);
  let offset = 0;
  for (const [i, from] of buffers.entries()) {
    const bytes = 4 * lengths[i]!;
    if (bytes > 0) {
      if (from === undefined) encoder.clearBuffer(to, offset, bytes);
      else encoder.copyBufferToBuffer(from, 0, to, offset, bytes);
    }
    offset += bytes;
  }
  return all;
}

/** `shape` numbers of an array from `offset` on, as a tensor of its own. */
export function part(
  gpu: WebgpuBackend,
  from: tf.TensorInfo,
  offset: number,
  shape: readonly number[],
): tf.TensorInfo {
  const result = newArray(gpu, shape);
  const size = sizeOf(result);
  if (size === 0) return result;
  const [source, target] = [bufferOf(gpu, from), bufferOf(gpu, result)];
  encoderOf(gpu).copyBufferToBuffer(source, 4 * offset, target, 0, 4 * size);
  return result;
}

/** Where rows of numbers lie in an array: the first, and how far one is from the next. */
export interface RowsIn {
  readonly array: tf.TensorInfo;
  readonly offset: number;
  readonly stride: number;
}

/** Copies `rows` rows of `length` numbers from one array over those of another. */
export function copyRows(gpu: WebgpuBackend, from: RowsIn, to: RowsIn, rows: number, length: number): void {
  if (rows * length === 0) return;
  const [source, target] = [bufferOf(gpu, from.array), bufferOf(gpu, to.array)];
  const encoder = encoderOf(gpu);
  for (let row = 0; row < rows; row++) {
    const [at, there] = [from.offset + row * from.stride, to.offset + row * to.stride];
    encoder.copyBufferToBuffer(source, 4 * at, target, 4 * there, 4 * length);
  }
}

/** Writes all of `from` over the numbers of `to` from `offset` on. */
export function copyInto(gpu: WebgpuBackend, from: tf.TensorInfo, to: tf.TensorInfo, offset: number): void {
  copyRows(gpu, { array: from, offset: 0, stride: 0 }, { array: to, offset, stride: 0 }, 1, sizeOf(from));
}

/** Gives arrays back; the device's queue still reads them. */
export function release(gpu: WebgpuBackend, arrays: readonly (tf.TensorInfo | undefined)[]): void {
  for (const array of arrays) if (array !== undefined) gpu.disposeData(array.dataId);
}
