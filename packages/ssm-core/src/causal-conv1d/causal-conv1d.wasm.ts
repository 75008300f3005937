import { arenaOf, clearFloats, kernelFunctions, withScratch } from '@prismamba/backend';
import * as tf from '@tensorflow/tfjs-core';
import { sequenceKernel } from '../simd/sequence-kernel.wasm.js';
import { CAUSAL_CONV1D, CAUSAL_CONV1D_GRADIENT } from './causal-conv1d.gradient.js';

type Inputs = Readonly<Record<'x' | 'weight', tf.TensorInfo>>;

function forward(inputs: Inputs & Readonly<Record<'bias', tf.TensorInfo>>, backend: unknown): tf.TensorInfo {
  const arena = arenaOf(CAUSAL_CONV1D, backend);
  const run = kernelFunctions(arena, sequenceKernel);
  const [batch, L, D] = inputs.x.shape as [number, number, number];
  const K = inputs.weight.shape[2]!;
  const y = arena.makeOutput([batch, L, D], 'float32');
  withScratch(arena, [4 * D * K], (taps) => {
    run.transposeTaps(arena.pointer(inputs.weight), taps, D, K, 0);
    for (let b = 0; b < batch; b++) {
      const at = 4 * b * L * D;
      const bias = arena.pointer(inputs.bias);
      run.causalConv(arena.pointer(inputs.x) + at, taps, bias, arena.pointer(y) + at, L, D, K);
    }
  });
  return y;
}

/** Gradients of x, weight and bias. */
function backward(inputs: Inputs & Readonly<Record<'dy', tf.TensorInfo>>, backend: unknown): tf.TensorInfo[] {
  const arena = arenaOf(CAUSAL_CONV1D_GRADIENT, backend);
  const run = kernelFunctions(arena, sequenceKernel);
  const [batch, L, D] = inputs.x.shape as [number, number, number];
  const K = inputs.weight.shape[2]!;
  const dx = arena.makeOutput([batch, L, D], 'float32');
  const dWeight = arena.makeOutput([D, 1, K], 'float32');
  const dBias = arena.makeOutput([D], 'float32');
  withScratch(arena, [4 * D * K, 4 * D * K], (taps, dTaps) => {
    run.transposeTaps(arena.pointer(inputs.weight), taps, D, K, 0);
    clearFloats(arena, dTaps, D * K);
    clearFloats(arena, arena.pointer(dBias), D);
    for (let b = 0; b < batch; b++) {
      const at = 4 * b * L * D;
      run.causalConvBackward(
        ...[arena.pointer(inputs.x) + at, taps, arena.pointer(inputs.dy) + at, arena.pointer(dx) + at],
        ...[dTaps, arena.pointer(dBias), L, D, K],
      );
    }
    run.transposeTaps(dTaps, arena.pointer(dWeight), D, K, 1);
  });
  return [dx, dWeight, dBias];
}

tf.registerKernel({
  kernelName: CAUSAL_CONV1D,
  backendName: 'wasm',
  kernelFunc: ({ inputs, backend }) => forward(inputs as unknown as Parameters<typeof forward>[0], backend),
});
tf.registerKernel({
  kernelName: CAUSAL_CONV1D_GRADIENT,
  backendName: 'wasm',
  kernelFunc: ({ inputs, backend }) => backward(inputs as unknown as Parameters<typeof backward>[0], backend),
});
