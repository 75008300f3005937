import '@tensorflow/tfjs-backend-wasm';
import * as tf from '@tensorflow/tfjs-core';
import { simdKernels, type SimdKernels } from './simd-kernels.js';
import type { WasmBackend, WasmKernel } from './wasm-kernel.js';

/** TensorFlow.js's own kernels: they copy run by run in JavaScript, and serve what is not handled here. */
const originals = new Map(['Slice', 'SplitV', 'Concat'].map((name) => [name, tf.getKernel(name, 'wasm')]));

function runOriginal(
  name: string,
  backend: WasmBackend,
  inputs: tf.NamedTensorInfoMap,
  attrs: object,
): tf.TensorInfo | tf.TensorInfo[] {
  const original = originals.get(name);
  if (original === undefined) throw new Error(`${name}: the WASM backend registered no kernel`);
  return original.kernelFunc({ inputs, attrs: attrs as tf.NamedAttrMap, backend });
}

/** All values of four bytes; booleans have one, strings live elsewhere. */
const hasWords = (dtype: tf.DataType): boolean => dtype === 'float32' || dtype === 'int32';

/** One loop over runs: how many, and the steps in bytes of source and target. */
interface Loop {
  readonly count: number;
  readonly from: number;
  readonly to: number;
}

function copy({ run }: SimdKernels, from: number, to: number, bytes: number, loops: readonly Loop[]): void {
  const once: Loop = { count: 1, from: 0, to: 0 };
  // From the innermost outwards.
  const [inner = once, middle = once, outer = once] = loops.toReversed();
  run.copyBlocks({
    from,
    to,
    run: bytes,
    n0: outer.count,
    f0: outer.from,
    t0: outer.to,
    n1: middle.count,
    f1: middle.from,
    t1: middle.to,
    n2: inner.count,
    f2: inner.from,
    t2: inner.to,
  });
}

/** A part of x as a new tensor; undefined when it takes more than three loops. */
function sliceWords(
  simd: SimdKernels,
  x: tf.TensorInfo,
  begin: number[],
  size: number[],
): tf.TensorInfo | undefined {
  const strides = [...tf.util.computeStrides(x.shape), 1].map((stride) => 4 * stride);
  if (x.shape.length === 0) return undefined;
  // The run: the last axis that is cut, with all axes behind it.
  let axis = x.shape.length - 1;
  while (axis > 0 && size[axis] === x.shape[axis]) axis--;
  const run = size[axis]! * strides[axis]!;
  const loops: Loop[] = [];
  let targetStep = run;
  for (let outer = axis - 1; outer >= 0; outer--) {
    const count = size[outer]!;
    if (count > 1) loops.unshift({ count, from: strides[outer]!, to: targetStep });
    targetStep *= count;
  }
  if (loops.length > 3) return undefined;
  const out = simd.arena.makeOutput(size, x.dtype);
  const offset = begin.reduce((sum, start, i) => sum + start * strides[i]!, 0);
  copy(simd, simd.arena.pointer(x) + offset, simd.arena.pointer(out), run, loops);
  return out;
}

/** y = x[begin .. begin + size]. */
export const slice: WasmKernel<'x', { begin: number[]; size: number[] }> = {
  name: 'Slice',
  run(backend, { x }, attributes) {
    const simd = simdKernels(backend);
    const [begin, size] = tf.slice_util.parseSliceParams(x, attributes.begin, attributes.size) as [
      number[],
      number[],
    ];
    tf.slice_util.assertParamsValid(x, begin, size);
    const words = simd !== undefined && hasWords(x.dtype) && tf.util.sizeFromShape(size) > 0;
    const fast = words ? sliceWords(simd, x, begin, size) : undefined;
    return fast ?? (runOriginal('Slice', backend, { x }, attributes) as tf.TensorInfo);
  },
};

interface SplitAttributes {
  readonly numOrSizeSplits: number[] | number;
  readonly axis: number;
}

/** The parts of x along one axis. */
export const splitV: WasmKernel<'x', SplitAttributes, tf.TensorInfo[]> = {
  name: 'SplitV',
  run(backend, { x }, { numOrSizeSplits, axis }) {
    const along = tf.util.parseAxisParam(axis, x.shape)[0]!;
    const sizes = tf.backend_util.prepareSplitSize(x, numOrSizeSplits, along);
    let start = 0;
    return sizes.map((length) => {
      const begin = x.shape.map((_, i) => (i === along ? start : 0));
      const size = x.shape.map((whole, i) => (i === along ? length : whole));
      start += length;
      return slice.run(backend, { x }, { begin, size });
    });
  },
};

/** The inputs one after the other along one axis. */
export const concat: WasmKernel<string, { axis: number }> = {
  name: 'Concat',
  run(backend, inputs, attributes) {
    const all = Object.values(inputs);
    const parts = all.filter((part) => tf.util.sizeFromShape(part.shape) > 0);
    const first = parts[0];
    const simd = simdKernels(backend);
    const words =
      parts.length > 1 && parts.every((part) => hasWords(part.dtype) && part.dtype === first!.dtype);
    if (simd === undefined || !words)
      return runOriginal('Concat', backend, inputs, attributes) as tf.TensorInfo;
    const axis = tf.util.parseAxisParam(attributes.axis, first!.shape)[0]!;
    const shapes = all.map((part) => part.shape);
    tf.backend_util.assertParamsConsistent(shapes, axis);
    const out = simd.arena.makeOutput(tf.backend_util.computeOutShape(shapes, axis), first!.dtype);
    const count = tf.util.sizeFromShape(first!.shape.slice(0, axis));
    const bytes = (shape: number[]) => 4 * tf.util.sizeFromShape(shape.slice(axis));
    const rowBytes = bytes(out.shape);
    let to = simd.arena.pointer(out);
    for (const part of parts) {
      const run = bytes(part.shape);
      copy(simd, simd.arena.pointer(part), to, run, [{ count, from: run, to: rowBytes }]);
      to += run;
    }
    return out;
  },
};
