import * as tf from '@tensorflow/tfjs-core';
import { outOfMemory, wasmArena } from './wasm-arena.js';

/** The private fields of TensorFlow.js's WASM backend that are used; `wasmArena` tests that it is one. */
interface Backend {
  readonly wasm: { readonly HEAPU8: Uint8Array };
  readonly dataIdMap: { get(dataId: object): { memoryOffset: number | null } | undefined };
  disposeData(dataId: object, force: boolean): boolean;
  move(
    dataId: object,
    values: tf.BackendValues | null,
    shape: number[],
    dtype: tf.DataType,
    refCount: number,
  ): void;
}

const guarded = /* @__PURE__ */ new WeakSet<object>();

/**
 * TensorFlow.js's WASM backend asks for the size of a tensor modulo 4 GB, and takes the address 0, which it gets from a full memory, for a
 * good one: the values of that tensor then lie over others, or the next operator ends in "memory access out of bounds". With this,
 * either is an error that names the tensor and says what to do.
 */
export function guardMemory(backend: unknown): void {
  const arena = wasmArena(backend);
  if (arena === undefined) return;
  const target = backend as Backend;
  if (guarded.has(target)) return;
  guarded.add(target);
  const move = target.move.bind(target);
  target.move = (dataId, values, shape, dtype, refCount) => {
    if (dtype === 'string') {
      move(dataId, values, shape, dtype, refCount);
      return;
    }
    const bytes = tf.util.sizeFromShape(shape) * tf.util.bytesPerElement(dtype);
    const refuse = () => outOfMemory(`makeOutput [${shape.join(', ')}] (${dtype})`, bytes, arena.memory);
    if (bytes >= 2 ** 32) throw refuse();
    move(dataId, null, shape, dtype, refCount);
    const offset = target.dataIdMap.get(dataId)?.memoryOffset ?? 0;
    if (bytes > 0 && offset === 0) {
      target.disposeData(dataId, true);
      throw refuse();
    }
    if (values === null) return;
    const { buffer, byteOffset } = values as tf.TypedArray;
    target.wasm.HEAPU8.set(new Uint8Array(buffer, byteOffset, bytes), offset);
  };
}
