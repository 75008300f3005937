import { kernelLaunchers, usesRelaxedSimd, type KernelLaunchers } from '../arena/kernel-module.js';
import { wasmArena, type WasmArena } from '../arena/wasm-arena.js';
import { convGradientsKernel } from '../generated/conv-gradients.wasm.js';
import { copyBlocksKernel } from '../generated/copy-blocks.wasm.js';
import { matMulKernel } from '../generated/mat-mul.wasm.js';
import { hasSimd } from '../wasm-features.js';
import type { ConvGeometry } from './conv-geometry.js';

type Launchers = KernelLaunchers<typeof convGradientsKernel> &
  KernelLaunchers<typeof copyBlocksKernel> &
  KernelLaunchers<typeof matMulKernel>;

export interface SimdKernels {
  readonly arena: WasmArena;
  readonly run: Launchers;
}

const plainKernels = new WeakMap<WasmArena, SimdKernels>();
const relaxedKernels = new WeakMap<WasmArena, SimdKernels>();

/** The SIMD kernels on this backend's memory; undefined without SIMD or zero-copy access (then the loops run). */
export function simdKernels(backend: unknown): SimdKernels | undefined {
  const arena = wasmArena(backend);
  if (arena === undefined) return undefined;
  const relaxed = usesRelaxedSimd();
  const cache = relaxed ? relaxedKernels : plainKernels;
  let kernels = cache.get(arena);
  if (kernels === undefined) {
    if (!hasSimd()) return undefined;
    const run: Launchers = {
      ...kernelLaunchers(arena, convGradientsKernel),
      ...kernelLaunchers(arena, copyBlocksKernel),
      ...kernelLaunchers(arena, matMulKernel),
    };
    kernels = { arena, run };
    cache.set(arena, kernels);
  }
  return kernels;
}

/** Filter, strides, dilations and padding, under the names that the kernels of both gradients share. */
export function filterArguments({
  filterHeight,
  filterWidth,
  strideHeight,
  strideWidth,
  dilationHeight,
  dilationWidth,
  padTop,
  padLeft,
}: ConvGeometry) {
  const strides = { strideHeight, strideWidth, dilationHeight, dilationWidth };
  return { filterHeight, filterWidth, ...strides, padTop, padLeft };
}

export const roundUp4 = (count: number): number => Math.ceil(count / 4) * 4;
