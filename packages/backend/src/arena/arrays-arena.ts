import type { DataType, TensorInfo } from '@tensorflow/tfjs-core';
import { sharedState } from '../shared-state.js';
import { hasSharedMemory } from '../wasm-features.js';
import { outOfMemory, type WasmArena } from './wasm-arena.js';

/** A row-major array of 32-bit floats with its extents. */
export interface FloatArray {
  readonly data: Float32Array;
  readonly shape: readonly number[];
}

/** Memory of our own for kernels on plain arrays, without TensorFlow.js. */
export interface ArraysArena extends WasmArena {
  /**
   * Runs `body`, which copies arrays in and results out, and frees everything that it took. Memory never shrinks: what one
   * call needed is there for the next.
   */
  use<T>(body: (arrays: ArraysInUse) => T): T;
}

export interface ArraysInUse {
  /** Copies an array into the memory. */
  put(array: FloatArray): TensorInfo;
  /** A copy of a result. */
  take(info: TensorInfo): Float32Array<ArrayBuffer>;
}

const ALIGNMENT = 16;
const PAGE = 65536;
const MOST_PAGES = 65536;
/** No kernel writes below: 0 stands for what is absent. */
const FIRST = 1024;

const holder = /* @__PURE__ */ sharedState('arrays', (): { arena: ArraysArena | undefined } => ({
  arena: undefined,
}));

/** The memory that plain arrays are computed in; one a process, made by the first call. */
export function arraysArena(): ArraysArena {
  return (holder.arena ??= createArraysArena());
}

export function createArraysArena(): ArraysArena {
  const memory = new WebAssembly.Memory({ initial: 16, maximum: MOST_PAGES, shared: hasSharedMemory() });
  const blocks = createBlocks(memory);
  /** Where tensors lie; a tensor is known by the object that TensorFlow.js would know it by. */
  const places = new WeakMap<object, number>();
  let inUse: number[] | undefined;
  let scratchBytes = 0;
  let scratchHighWaterMark = 0;
  const allocate = (shape: readonly number[], dtype: DataType): TensorInfo => {
    if (inUse === undefined) throw new Error('ArraysArena: arrays exist inside of use() only');
    const dataId = {};
    const size = shape.reduce((product, length) => product * length, 1);
    const pointer = blocks.malloc(4 * size);
    inUse.push(pointer);
    places.set(dataId, pointer);
    return { dataId, shape: [...shape], dtype };
  };
  const pointerOf = ({ dataId, shape }: TensorInfo): number => {
    const pointer = places.get(dataId);
    if (pointer === undefined) throw new Error(`ArraysArena: the array [${shape.join(', ')}] is not in use`);
    return pointer;
  };
  const floats = (info: TensorInfo) =>
    new Float32Array(
      memory.buffer,
      pointerOf(info),
      info.shape.reduce((product, length) => product * length, 1),
    );
  return {
    owner: 'arrays',
    memory,
    malloc(bytes) {
      const pointer = blocks.malloc(bytes);
      scratchBytes += blocks.sizeOf(pointer);
      scratchHighWaterMark = Math.max(scratchHighWaterMark, scratchBytes);
      return pointer;
    },
    free(pointer) {
      scratchBytes -= blocks.sizeOf(pointer);
      blocks.free(pointer);
    },
    pointer: pointerOf,
    makeOutput: allocate,
    report: () => ({ scratchBytes, scratchHighWaterMark, memoryBytes: memory.buffer.byteLength }),
    use(body) {
      if (inUse !== undefined) throw new Error('ArraysArena.use: is in use already');
      inUse = [];
      try {
        return body({
          put(array) {
            const info = allocate(array.shape, 'float32');
            floats(info).set(array.data);
            return info;
          },
          take: (info) => new Float32Array(floats(info)),
        });
      } finally {
        for (const pointer of inUse) blocks.free(pointer);
        inUse = undefined;
      }
    },
  };
}

interface Block {
  readonly at: number;
  readonly bytes: number;
}

/** First fit in a list of free blocks that is ordered by place; neighbours grow together again. */
function createBlocks(memory: WebAssembly.Memory) {
  const taken = new Map<number, number>();
  const free: Block[] = [{ at: FIRST, bytes: memory.buffer.byteLength - FIRST }];
  const grow = (bytes: number, wanted: number): void => {
    const last = free.at(-1);
    const end = memory.buffer.byteLength;
    const spare = last !== undefined && last.at + last.bytes === end ? last.bytes : 0;
    const missing = Math.ceil((bytes - spare) / PAGE);
    // By at least an eighth, so that many small arrays do not grow it many times.
    const generous = Math.min(MOST_PAGES - end / PAGE, Math.max(missing, Math.ceil(end / PAGE / 8)));
    if (generous < missing) throw outOfMemory('malloc', wanted, memory);
    try {
      memory.grow(generous);
    } catch {
      throw outOfMemory('malloc', wanted, memory);
    }
    const added = memory.buffer.byteLength - end;
    if (spare > 0) free[free.length - 1] = { at: last!.at, bytes: last!.bytes + added };
    else free.push({ at: end, bytes: added });
  };
  return {
    sizeOf(pointer: number): number {
      const bytes = taken.get(pointer);
      if (bytes === undefined) {
        throw new Error(`ArraysArena: ${String(pointer)} is not a pointer from malloc, or was freed before`);
      }
      return bytes;
    },
    malloc(wanted: number): number {
      const bytes = Math.ceil(Math.max(wanted, 1) / ALIGNMENT) * ALIGNMENT;
      if (!free.some((block) => block.bytes >= bytes)) grow(bytes, wanted);
      const i = free.findIndex((block) => block.bytes >= bytes);
      const { at, bytes: size } = free[i]!;
      if (size === bytes) free.splice(i, 1);
      else free[i] = { at: at + bytes, bytes: size - bytes };
      taken.set(at, bytes);
      return at;
    },
    free(pointer: number): void {
      let block: Block = { at: pointer, bytes: this.sizeOf(pointer) };
      taken.delete(pointer);
      let i = free.findIndex(({ at }) => at > pointer);
      if (i < 0) i = free.length;
      const after = free[i];
      if (after !== undefined && block.at + block.bytes === after.at) {
        block = { at: block.at, bytes: block.bytes + after.bytes };
        free.splice(i, 1);
      }
      const before = free[i - 1];
      if (before !== undefined && before.at + before.bytes === block.at) {
        free[i - 1] = { at: before.at, bytes: before.bytes + block.bytes };
      } else free.splice(i, 0, block);
    },
  };
}
