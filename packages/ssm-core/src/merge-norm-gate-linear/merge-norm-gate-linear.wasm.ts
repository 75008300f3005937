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
import type { TensorInfo } from '@tensorflow/tfjs-core';
import { mergeNormGateLinearKernel as module } from '../generated/merge-norm-gate-linear.wasm.js';
import { normLinearSplitKernel } from '../generated/norm-linear-split.wasm.js';
import type { NormLinearSplitInputs } from '../norm-linear-split/norm-linear-split.operator.js';
import { TABLE_BYTES, writeTable } from '../simd/scan-table.wasm.js';
import { sumOverRanges } from '../simd/sums.wasm.js';
import { outputLike, pointerOf } from '../simd/tensors.wasm.js';
import {
  mergeNormGateLinearOperator,
  mergeProjectedGateOperator,
  type MergeNormGateLinearInputs,
  type MergeProjectedGateInputs,
} from './merge-norm-gate-linear.operator.js';

/** z is the gate; with `split` it is what the gate is projected from. */
type Inputs = Infos<MergeNormGateLinearInputs> & {
  readonly split?: Infos<Omit<NormLinearSplitInputs, 'x'>>;
};

/** What the kernel gets besides tokens: packed parameters, packed projection of the gate (or 0), its norm, the table. */
interface Packed {
  readonly packed: number;
  readonly split: number;
  readonly norm: number;
  readonly table: number;
}

function prepare(arena: WasmArena, { y, gamma, beta, weight, split }: Inputs) {
  const run = kernelLaunchers(arena, module);
  const projection = kernelLaunchers(arena, normLinearSplitKernel);
  const [batch, height, width, D] = y.shape as [number, number, number, number];
  const C = weight.shape[0]!;
  const ranges = cutRanges(batch * height * width, TOKENS_PER_RANGE);
  const threads = workThreads(arena, ranges.length);
  const own = scratchPerThread(run.scratchBytes({ D, C }), threads);
  // The projection goes from the block's C channels to D.
  const splitBytes = split === undefined ? 0 : projection.packBytes({ C, D });
  const withPacked = (body: (packed: Packed, scratch: (thread: number) => number) => void): void => {
    const sizes = [run.packBytes({ D, C }), splitBytes, own.bytes, TABLE_BYTES];
    withScratch(arena, sizes, (packed, splitPack, scratch, table) => {
      writeTable(arena, table);
      const parameters = {
        weight: arena.pointer(weight),
        gamma: arena.pointer(gamma),
        beta: arena.pointer(beta),
      };
      run.pack({ ...parameters, D, C, to: packed });
      const scratchOf = (thread: number) => own.of(scratch, thread);
      if (split === undefined) {
        body({ packed, split: 0, norm: 0, table }, scratchOf);
        return;
      }
      projection.pack({
        weight: arena.pointer(split.weight),
        gamma: pointerOf(arena, split.gamma),
        beta: pointerOf(arena, split.beta),
        C,
        D,
        to: splitPack,
      });
      const gate = splitPack + projection.gateOffset({ C, D });
      body({ packed, split: gate, norm: Number(split.gamma !== undefined), table }, scratchOf);
    });
  };
  return { run, D, C, ranges, threads, withPacked, map: [batch, height, width, C] };
}

function forward(arena: WasmArena, inputs: Inputs, epsilon: number): { out: TensorInfo } {
  const { D, C, ranges, threads, withPacked, map } = prepare(arena, inputs);
  const out = arena.makeOutput(map, 'float32');
  withPacked((packed, scratch) => {
    const pointers = {
      y: arena.pointer(inputs.y),
      z: arena.pointer(inputs.z),
      out: arena.pointer(out),
    };
    const shared = { ...pointers, ...packed, D, C, epsilon };
    runWork(arena, threads, {
      module,
      name: 'forward',
      items: ranges,
      args: (thread) => ({ ...shared, scratch: scratch(thread) }),
    });
  });
  return { out };
}

/** Gradients of y, the gate, gamma, beta and weight. */
function backward(arena: WasmArena, inputs: Inputs, dout: TensorInfo, epsilon: number) {
  const { run, D, C, ranges, threads, withPacked } = prepare(arena, inputs);
  const y = outputLike(arena, inputs.y);
  const gate = outputLike(arena, inputs.y);
  const gamma = outputLike(arena, inputs.gamma);
  const beta = outputLike(arena, inputs.beta);
  const weight = outputLike(arena, inputs.weight);
  withPacked((packed, scratch) => {
    const pointers = {
      y: arena.pointer(inputs.y),
      z: arena.pointer(inputs.z),
      dout: arena.pointer(dout),
      dy: arena.pointer(y),
      dz: arena.pointer(gate),
    };
    const shared = { ...pointers, ...packed, D, C, epsilon };
    sumOverRanges(arena, {
      ranges,
      bytes: run.sumBytes({ D, C }),
      compute: (items) =>
        runWork(arena, threads, {
          module,
          name: 'backward',
          items,
          args: (thread) => ({ ...shared, scratch: scratch(thread) }),
        }),
      finish: (sums) =>
        run.finish({
          sums,
          D,
          C,
          dWeight: arena.pointer(weight),
          dGamma: arena.pointer(gamma),
          dBeta: arena.pointer(beta),
        }),
    });
  });
  return { y, gate, gamma, beta, weight };
}

registerWasm(mergeNormGateLinearOperator, {
  forward: (arena, { inputs, attributes }) => forward(arena, inputs, attributes.epsilon),
  backward(arena, { inputs, upstream, attributes }) {
    const { gate: z, ...rest } = backward(arena, inputs, upstream.out, attributes.epsilon);
    return { ...rest, z };
  },
});

function projected(inputs: Infos<MergeProjectedGateInputs>): Inputs {
  const { x, y, gamma, beta, weight, splitWeight, splitGamma, splitBeta } = inputs;
  const split = { weight: splitWeight, gamma: splitGamma, beta: splitBeta };
  return { y, z: x, gamma, beta, weight, split };
}

registerWasm(mergeProjectedGateOperator, {
  forward: (arena, { inputs, attributes }) => forward(arena, projected(inputs), attributes.epsilon),
  backward(arena, { inputs, upstream, attributes }) {
    const { gate: x, ...rest } = backward(arena, projected(inputs), upstream.out, attributes.epsilon);
    return { ...rest, x };
  },
});
