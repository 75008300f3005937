import {
  cutRanges,
  kernelLaunchers,
  registerWasm,
  runWork,
  scratchPerThread,
  TOKENS_PER_RANGE,
  withScratch,
  workThreads,
  type WasmArena,
} from '@prismamba/backend/internal';
import type { Infos } from '@prismamba/core/operator';
import { normLinearSplitKernel as module } from '../generated/norm-linear-split.wasm.js';
import { sumOverRanges } from '../simd/sums.wasm.js';
import { outputLike, outputLikeOptional, pointerOf } from '../simd/tensors.wasm.js';
import { normLinearSplitOperator, type NormLinearSplitInputs } from './norm-linear-split.operator.js';

function prepare(arena: WasmArena, { x, weight, gamma, beta }: Infos<NormLinearSplitInputs>) {
  const run = kernelLaunchers(arena, module);
  const [batch, height, width, C] = x.shape as [number, number, number, number];
  const D = weight.shape[0]! / 2;
  /** gamma and beta are 0 where there is no norm. */
  const parameters = () => ({
    weight: arena.pointer(weight),
    gamma: pointerOf(arena, gamma),
    beta: pointerOf(arena, beta),
  });
  const ranges = cutRanges(batch * height * width, TOKENS_PER_RANGE);
  const threads = workThreads(arena, ranges.length);
  const own = scratchPerThread(run.scratchBytes({ C, D }), threads);
  const withPacked = (body: (packed: number, scratch: (thread: number) => number) => void): void =>
    withScratch(arena, [run.packBytes({ C, D }), own.bytes], (packed, scratch) => {
      run.pack({ ...parameters(), C, D, to: packed });
      body(packed, (thread) => own.of(scratch, thread));
    });
  const norm = Number(gamma !== undefined);
  return { run, C, D, norm, map: [batch, height, width, D], ranges, threads, parameters, withPacked };
}

registerWasm(normLinearSplitOperator, {
  forward(arena, { inputs, attributes: { epsilon, gate } }) {
    const { C, D, norm, map, ranges, threads, withPacked } = prepare(arena, inputs);
    const u = arena.makeOutput(map, 'float32');
    const z = arena.makeOutput(gate ? map : [0, 0, 0, 0], 'float32');
    withPacked((packed, scratch) => {
      const pointers = { x: arena.pointer(inputs.x), u: arena.pointer(u), z: pointerOf(arena, z) };
      const shared = { ...pointers, C, D, norm, epsilon, packed };
      runWork(arena, threads, {
        module,
        name: 'forward',
        items: ranges,
        args: (thread) => ({ ...shared, scratch: scratch(thread) }),
      });
    });
    return { u, z };
  },

  backward(arena, { inputs, upstream, attributes: { epsilon } }) {
    const { run, C, D, norm, ranges, threads, parameters, withPacked } = prepare(arena, inputs);
    const x = outputLike(arena, inputs.x);
    const weight = outputLike(arena, inputs.weight);
    const gamma = outputLikeOptional(arena, inputs.gamma);
    const beta = outputLikeOptional(arena, inputs.beta);
    withPacked((packed, scratch) => {
      const pointers = {
        x: arena.pointer(inputs.x),
        du: arena.pointer(upstream.u),
        dz: arena.pointer(upstream.z),
        dx: arena.pointer(x),
      };
      const shared = { ...pointers, C, D, norm, epsilon, packed };
      sumOverRanges(arena, {
        ranges,
        bytes: run.sumBytes({ C, D }),
        compute: (items) =>
          runWork(arena, threads, {
            module,
            name: 'backward',
            items,
            args: (thread) => ({ ...shared, scratch: scratch(thread) }),
          }),
        finish: (sums) =>
          run.finish({
            ...parameters(),
            sums,
            C,
            D,
            dWeight: arena.pointer(weight),
            dGamma: pointerOf(arena, gamma),
            dBeta: pointerOf(arena, beta),
          }),
      });
    });
    return { x, weight, gamma, beta };
  },
});
