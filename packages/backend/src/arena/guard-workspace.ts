import * as tf from '@tensorflow/tfjs-core';
import { sharedState } from '../shared-state.js';
import { outOfMemory, wasmArena, type WasmArena } from './wasm-arena.js';

const { computeConv2DInfo, computePool2DInfo } = tf.backend_util;

interface Call {
  readonly inputs: Readonly<Record<string, tf.TensorInfo>>;
  readonly attrs: {
    readonly strides: [number, number] | number;
    /** Null of a depthwise convolution without dilation. */
    readonly dilations: [number, number] | number | null;
    readonly pad: 'valid' | 'same' | number;
    readonly dimRoundingMode?: 'floor' | 'round' | 'ceil';
    readonly dataFormat: 'NHWC' | 'NCHW';
    readonly filterSize: [number, number];
    readonly size: readonly [number, number];
    readonly transposeA: boolean;
    readonly transposeB: boolean;
  };
}

/** Numbers of the output, and bytes that the kernel asks for inside WebAssembly. */
interface Needs {
  readonly numbers: number;
  readonly bytes: number;
}

type Conv = ReturnType<typeof computeConv2DInfo>;
type Shape4 = [number, number, number, number];
const ADDRESS = 4;
const sizeOf = (shape: readonly number[]): number => tf.util.sizeFromShape([...shape]);

/** Addresses of the rows that each number of an output reads, in a tile of 8 at most; and the filter in the kernel's order. */
function convolutionNeeds({ inputs, attrs }: Call): Needs {
  const { strides, dilations, pad, dimRoundingMode, dataFormat } = attrs;
  const filter = inputs['filter']!.shape as Shape4;
  const format = dataFormat === 'NCHW' ? 'channelsFirst' : 'channelsLast';
  const { outShape, filterHeight, filterWidth, outHeight, outWidth, padInfo, ...info }: Conv =
    computeConv2DInfo(
      inputs['x']!.shape as Shape4,
      filter,
      strides,
      dilations ?? 1,
      pad,
      dimRoundingMode,
      false,
      format,
    );
  const padded = padInfo.top + padInfo.bottom + padInfo.left + padInfo.right > 0;
  const isProduct = filterHeight * filterWidth === 1 && info.strideHeight * info.strideWidth === 1 && !padded;
  const addresses = isProduct ? 0 : filterHeight * filterWidth * (outHeight * outWidth + 8);
  return { numbers: sizeOf(outShape), bytes: ADDRESS * addresses + packed(sizeOf(filter), filter[3]) };
}

/** Weights in rows of 8 outputs, with a bias. */
const packed = (numbers: number, outputs: number): number => {
  const columns = Math.ceil(outputs / 8) * 8;
  return 4 * columns * (numbers / Math.max(1, outputs) + 1);
};

/** Neighbours in a row share addresses. */
function windowNeeds(info: Conv): Needs {
  const { filterHeight, filterWidth, outHeight, outWidth, strideWidth, dilationWidth, outShape } = info;
  const step = dilationWidth > 1 ? filterWidth : Math.min(strideWidth, filterWidth);
  const addresses = outHeight * filterHeight * (filterWidth + outWidth * step);
  return { numbers: sizeOf(outShape), bytes: ADDRESS * addresses };
}

function depthwiseNeeds({ inputs, attrs: { strides, dilations, pad, dimRoundingMode } }: Call): Needs {
  const filter = inputs['filter']!.shape as Shape4;
  const shape = inputs['x']!.shape as Shape4;
  const { numbers, bytes } = windowNeeds(
    computeConv2DInfo(shape, filter, strides, dilations ?? 1, pad, dimRoundingMode, true),
  );
  return { numbers, bytes: bytes + packed(sizeOf(filter), filter[2] * filter[3]) };
}

function poolNeeds({ inputs, attrs: { filterSize, strides, pad, dimRoundingMode } }: Call): Needs {
  return windowNeeds(
    computePool2DInfo(inputs['x']!.shape as Shape4, filterSize, strides, 1, pad, dimRoundingMode),
  );
}

function productNeeds({ inputs, attrs: { transposeA, transposeB } }: Call): Needs {
  const [a, b] = [inputs['a']!.shape, inputs['b']!.shape];
  const rows = a.at(transposeA ? -1 : -2)!;
  const columns = b.at(transposeB ? -2 : -1)!;
  const batch = Math.max(sizeOf(a.slice(0, -2)), sizeOf(b.slice(0, -2)));
  // Only a product of two matrices goes the way that packs the second.
  const bytes = batch === 1 && !transposeA && !transposeB ? packed(sizeOf(b), columns) : 0;
  return { numbers: batch * rows * columns, bytes };
}

/** Four addresses and two weights a pixel. */
function resizeNeeds({ inputs, attrs: { size } }: Call): Needs {
  const [batch, , , channels] = inputs['images']!.shape as Shape4;
  const pixels = size[0] * size[1];
  return { numbers: batch * pixels * channels, bytes: (4 * ADDRESS + 8) * pixels };
}

/** Kernels of TensorFlow.js that ask for more than a few numbers: those of XNNPACK. */
const kernels: Readonly<Record<string, (call: Call) => Needs>> = {
  AvgPool: poolNeeds,
  BatchMatMul: productNeeds,
  Conv2D: convolutionNeeds,
  DepthwiseConv2dNative: depthwiseNeeds,
  FusedConv2D: convolutionNeeds,
  FusedDepthwiseConv2D: depthwiseNeeds,
  MaxPool: poolNeeds,
  ResizeBilinear: resizeNeeds,
  _FusedMatMul: productNeeds,
};

/** All that 32 bits can address, less what the allocator may need beside the blocks. */
const SAFE = 2 ** 32 - 2 ** 22;

/** Throws where output and workspace have no room side by side. Nothing is kept: the kernel finds the same holes. */
function reserve(arena: WasmArena, what: string, { numbers, bytes }: Needs): void {
  if (arena.memory.buffer.byteLength + 4 * numbers + bytes <= SAFE) return;
  const blocks: number[] = [];
  try {
    for (const size of [4 * numbers, bytes]) blocks.push(arena.malloc(size));
  } catch {
    throw outOfMemory(what, 4 * numbers + bytes, arena.memory);
  } finally {
    for (const block of blocks) arena.free(block);
  }
}

const state = /* @__PURE__ */ sharedState('wasm-workspace', () => ({ guarded: false }));

/**
 * What TensorFlow.js's kernels ask for inside WebAssembly does not pass `guardMemory`: in a memory that is nearly full the allocator
 * then goes beyond 4 GB, and the kernel ends in "memory access out of bounds", or writes over other tensors. So that memory is asked
 * for, and given back, before such a kernel runs, as soon as it could be the last: where there is none, an error names the operator,
 * its tensors and the remedy.
 */
export function guardWorkspace(): void {
  if (state.guarded) return;
  state.guarded = true;
  for (const [name, needsOf] of Object.entries(kernels)) {
    const original = tf.getKernel(name, 'wasm');
    if (original === undefined) continue;
    tf.unregisterKernel(name, 'wasm');
    tf.registerKernel({
      ...original,
      kernelFunc: (call) => {
        const arena = wasmArena(call.backend);
        if (arena !== undefined) {
          const given = Object.values(call.inputs) as (tf.TensorInfo | null | undefined)[];
          const shapes = given.flatMap((info) =>
            info === null || info === undefined ? [] : `[${info.shape.join(', ')}]`,
          );
          reserve(arena, `${name} of ${shapes.join(' and ')}`, needsOf(call as unknown as Call));
        }
        return original.kernelFunc(call);
      },
    });
  }
}
