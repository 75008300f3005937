import type { DataType, TensorInfo } from '@tensorflow/tfjs-core';
import { sharedState } from '../shared-state.js';

/**
 * Direct access to the memory of TensorFlow.js's WASM backend, so that a SIMD kernel runs on the tensors' own bytes.
 *
 * Pointers are byte offsets into `memory`. Whoever calls `malloc` calls `free`; outputs made by `makeOutput` belong to
 * TensorFlow.js. Any call that allocates may grow the memory, which detaches views: make views after the last
 * allocation. The memory is grown by the backend's allocator only.
 */
export interface WasmArena {
  /** Whose memory it is; each kind has threads of its own. */
  readonly owner: 'tensorflow' | 'arrays';
  readonly memory: WebAssembly.Memory;
  /** Scratch bytes (16-byte aligned). Throws when the memory's limit (at most 4 GB) is reached. */
  malloc(bytes: number): number;
  free(pointer: number): void;
  /** Byte offset of a tensor that lives on this backend. */
  pointer(info: TensorInfo): number;
  /** A new tensor of this backend with undefined contents. */
  makeOutput(shape: number[], dtype: DataType): TensorInfo;
  report(): ArenaReport;
}

/** Bytes of scratch that our kernels hold now and held at most, and the size of the whole memory. */
export interface ArenaReport {
  readonly scratchBytes: number;
  readonly scratchHighWaterMark: number;
  readonly memoryBytes: number;
}

/** The fields of TensorFlow.js's WASM backend that are used. They are not public: `isWasmBackend` tests each. */
interface WasmBackend {
  readonly wasm: {
    readonly asm?: Readonly<Record<string, unknown>>;
    readonly wasmMemory?: unknown;
    _malloc(bytes: number): number;
    _free(pointer: number): void;
  };
  readonly dataIdMap: { get(dataId: object): { memoryOffset: number | null } | undefined };
  makeOutput(shape: number[], dtype: DataType): TensorInfo;
  disposeData(dataId: object, force?: boolean): boolean;
}

const arenas = /* @__PURE__ */ sharedState('arenas', () => new WeakMap<object, WasmArena>());

/**
 * The arena of a TensorFlow.js backend (`tf.backend()`, or what a kernel gets as `backend`), or `undefined` where the
 * backend is not the WASM backend or does not have the private fields that zero-copy access needs. One arena per
 * backend: repeated calls return the same object.
 */
export function wasmArena(backend: unknown): WasmArena | undefined {
  if (!isWasmBackend(backend)) return undefined;
  const known = arenas.get(backend);
  if (known !== undefined) return known;
  const memory = findMemory(backend);
  if (memory === undefined) return undefined;
  const arena = createArena(backend, memory);
  arenas.set(backend, arena);
  return arena;
}

function createArena(backend: WasmBackend, memory: WebAssembly.Memory): WasmArena {
  const blocks = new Map<number, { base: number; bytes: number }>();
  let scratchBytes = 0;
  let scratchHighWaterMark = 0;
  const alignment = 16;
  return {
    owner: 'tensorflow',
    memory,
    malloc(bytes) {
      const size = Math.max(bytes, 1) + alignment;
      const base = size < 2 ** 32 ? backend.wasm._malloc(size) >>> 0 : 0;
      if (base === 0) throw outOfMemory('malloc', bytes, memory);
      const pointer = Math.ceil(base / alignment) * alignment;
      blocks.set(pointer, { base, bytes: size });
      scratchBytes += size;
      scratchHighWaterMark = Math.max(scratchHighWaterMark, scratchBytes);
      return pointer;
    },
    free(pointer) {
      const block = blocks.get(pointer);
      if (block === undefined) {
        throw new Error(
          `WasmArena.free: ${String(pointer)} is not a pointer from malloc, or was freed before`,
        );
      }
      blocks.delete(pointer);
      scratchBytes -= block.bytes;
      backend.wasm._free(block.base);
    },
    pointer(info) {
      const offset = backend.dataIdMap.get(info.dataId)?.memoryOffset;
      if (offset === undefined || offset === null) {
        throw new Error(
          `WasmArena.pointer: the ${info.dtype} tensor [${info.shape.join(', ')}] does not live in the WASM backend's memory`,
        );
      }
      return offset;
    },
    makeOutput(shape, dtype) {
      const output = backend.makeOutput(shape, dtype);
      const size = shape.reduce((product, length) => product * length, 1);
      const offset = backend.dataIdMap.get(output.dataId)?.memoryOffset;
      if (size > 0 && (offset === undefined || offset === null || offset === 0)) {
        throw outOfMemory(`makeOutput [${shape.join(', ')}]`, size * 4, memory);
      }
      return output;
    },
    report: () => ({ scratchBytes, scratchHighWaterMark, memoryBytes: memory.buffer.byteLength }),
  };
}

export function outOfMemory(what: string, bytes: number, memory: WebAssembly.Memory): Error {
  const megabytes = (count: number): string => (count / 2 ** 20).toFixed(0);
  return new Error(
    `WasmArena.${what}: no room for ${megabytes(bytes)} MB (memory is ${megabytes(memory.buffer.byteLength)} MB, WASM allows 4096 MB). ` +
      'Use a smaller batch or smaller tiles.',
  );
}

function isWasmBackend(backend: unknown): backend is WasmBackend {
  if (!isRecord(backend)) return false;
  const { wasm, dataIdMap } = backend;
  return (
    isRecord(wasm) &&
    typeof wasm['_malloc'] === 'function' &&
    typeof wasm['_free'] === 'function' &&
    isRecord(dataIdMap) &&
    typeof dataIdMap['get'] === 'function' &&
    typeof backend['makeOutput'] === 'function' &&
    typeof backend['disposeData'] === 'function'
  );
}

function findMemory(backend: WasmBackend): WebAssembly.Memory | undefined {
  const candidates = [backend.wasm.wasmMemory, backend.wasm.asm?.['memory']];
  return candidates.find((item): item is WebAssembly.Memory => item instanceof WebAssembly.Memory);
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null;
}
