import * as tf from '@tensorflow/tfjs-core';
import { outOfMemory, wasmArena } from './wasm-arena.js';

/** The private fields of TensorFlow.js's WASM backend that are used; `wasmArena` tests that it is one. */
interface Backend {
  readonly wasm: Allocator & { readonly HEAPU8: Uint8Array };
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

/** What a program in WebAssembly has for its memory. */
interface Allocator {
  _malloc(bytes: number): number;
  _free(pointer: number): void;
}

/** All that 32 bits can address. */
const ADDRESSES = 2 ** 32;
/** What the allocator needs beside a block, rounded up generously: it grows by pages of 64 KB. */
const SLACK = 2 ** 20;

const guarded = /* @__PURE__ */ new WeakSet<object>();

/**
 * TensorFlow.js's WASM backend asks for the size of a tensor modulo 4 GB, and takes the address 0, which it gets from a full memory, for a
 * good one: the values of that tensor then lie over others, or the next operator ends in "memory access out of bounds". Its allocator
 * lets blocks begin below 4 GB and end beyond. With this, each is an error that names the tensor and says what to do.
 */
export function guardMemory(backend: unknown): void {
  const arena = wasmArena(backend);
  if (arena === undefined) return;
  const target = backend as Backend;
  if (guarded.has(target)) return;
  guarded.add(target);
  refuseWrapping(target.wasm, arena.memory);
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

/**
 * The allocator grows the memory without looking whether its new end is beyond 4 GB: the end then counts from 0 again, the block
 * reaches beyond the memory, and the allocator's own marks are written into whatever lies at the wrapped address. So a block that
 * would need such growth is refused, by the address 0, unless there is a hole for it between blocks that are known.
 */
function refuseWrapping(wasm: Allocator, memory: WebAssembly.Memory): void {
  // Emscripten puts the functions themselves in the place of these two when they are called for the first time.
  wasm._free(wasm._malloc(16));
  const { _malloc: malloc, _free: free } = wasm;
  const ends = new Map<number, number>();
  const hasHole = (bytes: number): boolean => {
    let end: number | undefined;
    for (const [start, next] of [...ends].sort(([a], [b]) => a - b)) {
      if (end !== undefined && start - end >= bytes + SLACK) return true;
      end = Math.max(end ?? 0, next);
    }
    return end !== undefined && memory.buffer.byteLength - end >= bytes + SLACK;
  };
  wasm._malloc = (bytes) => {
    if (memory.buffer.byteLength + bytes + SLACK > ADDRESSES && !hasHole(bytes)) return 0;
    const pointer = malloc(bytes) >>> 0;
    if (pointer === 0) return 0;
    ends.set(pointer, pointer + bytes);
    return pointer;
  };
  wasm._free = (pointer) => {
    ends.delete(pointer >>> 0);
    free(pointer);
  };
}
