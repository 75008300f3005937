import { clearFloats, kernelLaunchers, registerWasm, withScratch } from '@prismamba/backend/internal';
import { causalConv1dKernel } from '../generated/causal-conv1d.wasm.js';
import { outputLike, pointerOf } from '../simd/tensors.wasm.js';
import { causalConv1dOperator } from './causal-conv1d.operator.js';

registerWasm(causalConv1dOperator, {
  forward(arena, { inputs: { x, weight, bias } }) {
    const run = kernelLaunchers(arena, causalConv1dKernel);
    const [batch, L, D] = x.shape as [number, number, number];
    const K = weight.shape[2]!;
    const y = outputLike(arena, x);
    withScratch(arena, [4 * D * K], (taps) => {
      run.transposeTaps({ from: arena.pointer(weight), to: taps, D, K, back: false });
      for (let b = 0; b < batch; b++) {
        const at = 4 * b * L * D;
        const pointers = { x: arena.pointer(x) + at, bias: pointerOf(arena, bias), y: arena.pointer(y) + at };
        run.forward({ ...pointers, taps, L, D, K });
      }
    });
    return { y };
  },

  backward(arena, { inputs: { x, weight }, given, upstream: { y: dy } }) {
    const run = kernelLaunchers(arena, causalConv1dKernel);
    const [batch, L, D] = x.shape as [number, number, number];
    const K = weight.shape[2]!;
    const dx = outputLike(arena, x);
    const dWeight = outputLike(arena, weight);
    const bias = given('bias') ? arena.makeOutput([D], 'float32') : undefined;
    withScratch(arena, [4 * D * K, 4 * D * K, 4 * D], (taps, dTaps, unused) => {
      const dBias = bias === undefined ? unused : arena.pointer(bias);
      run.transposeTaps({ from: arena.pointer(weight), to: taps, D, K, back: false });
      clearFloats(arena, dTaps, D * K);
      clearFloats(arena, dBias, D);
      for (let b = 0; b < batch; b++) {
        const at = 4 * b * L * D;
        const pointers = { x: arena.pointer(x) + at, dy: arena.pointer(dy) + at, dx: arena.pointer(dx) + at };
        run.backward({ ...pointers, taps, dTaps, dBias, L, D, K });
      }
      run.transposeTaps({ from: dTaps, to: arena.pointer(dWeight), D, K, back: true });
    });
    return { x: dx, weight: dWeight, bias };
  },
});
