import * as tf from '@tensorflow/tfjs-core';
import { simdKernels } from './simd-kernels.js';
import { readFloats, writeFloats, type WasmKernel } from './wasm-kernel.js';

/** Abramowitz and Stegun 7.1.26: Phi(x) of the standard normal with an absolute error of 7.5e-8. */
function distribution(x: number): number {
  const t = 1 / (1 + 0.3275911 * Math.abs(x) * Math.SQRT1_2);
  const series =
    ((((1.061405429 * t - 1.453152027) * t + 1.421413741) * t - 0.284496736) * t + 0.254829592) * t;
  const tail = 0.5 * series * Math.exp(-0.5 * x * x);
  return x < 0 ? tail : 1 - tail;
}

/** y = x Phi(x), the exact GELU. Runs as `PrismambaGelu`; TensorFlow.js has no such kernel. */
export const geluKernel: WasmKernel<'x', object> = {
  name: 'PrismambaGelu',
  run(backend, { x }) {
    const simd = simdKernels(backend);
    if (simd === undefined) {
      return writeFloats(
        backend,
        readFloats(backend, x).map((value) => value * distribution(value)),
        x.shape,
      );
    }
    const { arena, run } = simd;
    const y = arena.makeOutput(x.shape, 'float32');
    run.gelu(arena.pointer(x), arena.pointer(y), tf.util.sizeFromShape(x.shape));
    return y;
  },
};

/** dx = dy (Phi(x) + x phi(x)). */
export const geluGradKernel: WasmKernel<'x' | 'dy', object> = {
  name: 'PrismambaGeluGrad',
  run(backend, { x, dy }) {
    const simd = simdKernels(backend);
    if (simd === undefined) {
      const upstream = readFloats(backend, dy);
      const density = (value: number) => Math.exp(-0.5 * value * value) / Math.sqrt(2 * Math.PI);
      const dx = readFloats(backend, x).map((v, i) => upstream[i]! * (distribution(v) + v * density(v)));
      return writeFloats(backend, dx, x.shape);
    }
    const { arena, run } = simd;
    const dx = arena.makeOutput(x.shape, 'float32');
    run.geluGrad(arena.pointer(x), arena.pointer(dy), arena.pointer(dx), tf.util.sizeFromShape(x.shape));
    return dx;
  },
};
