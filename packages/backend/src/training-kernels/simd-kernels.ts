import {
  kernelFunctions,
  usesRelaxedSimd,
  type FunctionName,
  type KernelExports,
  type KernelModule,
} from '../arena/kernel-module.js';
import { wasmArena, type WasmArena } from '../arena/wasm-arena.js';
import { hasSimd } from '../wasm-features.js';
import { convGradientsKernel } from '../generated/conv-gradients.wasm.js';
import { copyBlocksKernel } from '../generated/copy-blocks.wasm.js';
import { geluKernel } from '../generated/gelu.wasm.js';
import { matMulKernel } from '../generated/mat-mul.wasm.js';
import type { ConvGeometry } from './conv-geometry.js';

const modules = [convGradientsKernel, copyBlocksKernel, geluKernel, matMulKernel] as const;
type NamesOf<M> = M extends KernelModule ? FunctionName<M> : never;
type KernelName = NamesOf<(typeof modules)[number]>;

export interface SimdKernels {
  readonly arena: WasmArena;
  readonly run: KernelExports<KernelName>;
}

let simdSupported: boolean | undefined;
const plainKernels = new WeakMap<WasmArena, SimdKernels>();
const relaxedKernels = new WeakMap<WasmArena, SimdKernels>();

/** The SIMD kernels on this backend's memory; undefined without SIMD or zero-copy access (then the loops run). */
export function simdKernels(backend: unknown): SimdKernels | undefined {
  simdSupported ??= hasSimd();
  const arena = simdSupported ? wasmArena(backend) : undefined;
  if (arena === undefined) return undefined;
  const relaxed = usesRelaxedSimd();
  const cache = relaxed ? relaxedKernels : plainKernels;
  let kernels = cache.get(arena);
  if (kernels === undefined) {
    const run = Object.assign(
      {},
      ...modules.map((module) => kernelFunctions(arena, module)),
    ) as KernelExports<KernelName>;
    kernels = { arena, run };
    cache.set(arena, kernels);
  }
  return kernels;
}

/** Runs `body` with scratch memory of the given sizes (bytes) and frees it, also after an error. */
export function withScratch<T>(
  arena: WasmArena,
  sizes: readonly number[],
  body: (...pointers: number[]) => T,
): T {
  const pointers: number[] = [];
  try {
    for (const size of sizes) pointers.push(arena.malloc(size));
    return body(...pointers);
  } finally {
    for (const pointer of pointers) arena.free(pointer);
  }
}

/** The spatial arguments that the SIMD kernels share, in their order after the channels. */
export function filterArguments(g: ConvGeometry): number[] {
  const {
    filterHeight,
    filterWidth,
    strideHeight,
    strideWidth,
    dilationHeight,
    dilationWidth,
    padTop,
    padLeft,
  } = g;
  return [
    filterHeight,
    filterWidth,
    strideHeight,
    strideWidth,
    dilationHeight,
    dilationWidth,
    padTop,
    padLeft,
  ];
}

export const roundUp4 = (count: number): number => Math.ceil(count / 4) * 4;
