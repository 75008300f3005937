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
import { depthwiseSiluKernel as module } from '../generated/depthwise-silu.wasm.js';
import { TABLE_BYTES, writeTable } from '../simd/scan-table.wasm.js';
import { sumOverRanges } from '../simd/sums.wasm.js';
import { outputLike } from '../simd/tensors.wasm.js';
import { depthwiseSiluOperator, type DepthwiseSiluArgs } from './depthwise-silu.operator.js';

/** Runs `body` with packed weights and scratch. Ranges are rows of the whole batch. */
function prepare(arena: WasmArena, { x, weight, bias }: Infos<DepthwiseSiluArgs>) {
  const run = kernelLaunchers(arena, module);
  const [batch, H, W, D] = x.shape as [number, number, number, number];
  const ranges = cutRanges(batch * H, Math.max(1, Math.ceil(TOKENS_PER_RANGE / W)));
  const threads = workThreads(arena, ranges.length);
  const own = scratchPerThread(run.scratchBytes({ W, D }), threads);
  const withPacked = (
    body: (packed: number, scratch: (thread: number) => number, table: number) => void,
  ): void =>
    withScratch(arena, [run.packBytes({ D }), own.bytes, TABLE_BYTES], (packed, scratch, table) => {
      writeTable(arena, table);
      run.pack({ weight: arena.pointer(weight), bias: arena.pointer(bias), D, to: packed });
      body(packed, (thread) => own.of(scratch, thread), table);
    });
  return { run, H, W, D, ranges, threads, withPacked };
}

registerWasm(depthwiseSiluOperator, {
  forward(arena, { inputs }) {
    const { H, W, D, ranges, threads, withPacked } = prepare(arena, inputs);
    const y = outputLike(arena, inputs.x);
    withPacked((packed, scratch, table) => {
      const shared = { x: arena.pointer(inputs.x), out: arena.pointer(y), H, W, D, packed, table };
      runWork(arena, threads, {
        module,
        name: 'forward',
        items: ranges,
        args: (thread) => ({ ...shared, scratch: scratch(thread) }),
      });
    });
    return { y };
  },

  backward(arena, { inputs, upstream }) {
    const { run, H, W, D, ranges, threads, withPacked } = prepare(arena, inputs);
    const x = outputLike(arena, inputs.x);
    const weight = outputLike(arena, inputs.weight);
    const bias = outputLike(arena, inputs.bias);
    withPacked((packed, scratch, table) => {
      const pointers = { x: arena.pointer(inputs.x), dy: arena.pointer(upstream.y), dx: arena.pointer(x) };
      const shared = { ...pointers, H, W, D, packed, table };
      sumOverRanges(arena, {
        ranges,
        bytes: run.packBytes({ D }),
        compute: (items) =>
          runWork(arena, threads, {
            module,
            name: 'backward',
            items,
            args: (thread) => ({ ...shared, scratch: scratch(thread) }),
          }),
        finish: (sums) => run.finish({ sums, D, dWeight: arena.pointer(weight), dBias: arena.pointer(bias) }),
      });
    });
    return { x, weight, bias };
  },
});
