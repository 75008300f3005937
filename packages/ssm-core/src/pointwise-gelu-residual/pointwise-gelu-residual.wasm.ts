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
import { pointwiseGeluResidualKernel as module } from '../generated/pointwise-gelu-residual.wasm.js';
import { TABLE_BYTES, writeTable } from '../simd/scan-table.wasm.js';
import { sumOverRanges } from '../simd/sums.wasm.js';
import { outputLike, sizeOf } from '../simd/tensors.wasm.js';
import {
  pointwiseGeluResidualOperator,
  type BranchKind,
  type PointwiseGeluResidualInputs,
} from './pointwise-gelu-residual.operator.js';

/** As the kernel numbers them. */
const BRANCH_KINDS: Readonly<Record<BranchKind, number>> = { map: 0, perPixel: 1, perSample: 2 };

interface Branch {
  readonly info: TensorInfo;
  readonly kind: BranchKind;
  readonly channels: number;
  /** First of its columns in the weight. */
  readonly column: number;
}

/** Ranges of tokens, none of which crosses a sample. */
function rangesBySample(batch: number, tokens: number) {
  return Array.from({ length: batch }, (_, sample) =>
    cutRanges(tokens, TOKENS_PER_RANGE).map(({ first, end }) => ({
      sample,
      first: sample * tokens + first,
      end: sample * tokens + end,
    })),
  ).flat();
}

function branchesOf(infos: readonly TensorInfo[], kinds: readonly BranchKind[], C: number): Branch[] {
  let column = 0;
  return infos.map((info, k) => {
    const kind = kinds[k]!;
    const channels = kind === 'map' ? info.shape[3]! : C;
    column += channels;
    return { info, kind, channels, column: column - channels };
  });
}

function prepare(
  arena: WasmArena,
  { x, weight, bias, branches: infos }: Infos<PointwiseGeluResidualInputs>,
  kinds: readonly BranchKind[],
) {
  const run = kernelLaunchers(arena, module);
  const [batch, height, width, C] = x.shape as [number, number, number, number];
  const K = weight.shape[1]!;
  const branches = branchesOf(infos, kinds, C);
  const count = branches.length;
  const ranges = rangesBySample(batch, height * width);
  const threads = workThreads(arena, ranges.length);
  const own = scratchPerThread(run.scratchBytes({ C, K }), threads);
  /** Runs `body` with what every call gets, and scratch; `gradients` are those of the branches. */
  const withPacked = (
    gradients: readonly TensorInfo[],
    body: (
      shared: Readonly<Record<'C' | 'K' | 'branches' | 'count' | 'packed' | 'table', number>>,
      scratch: (thread: number) => number,
    ) => void,
  ): void => {
    const sizes = [TABLE_BYTES, 16 * count, run.packBytes({ C, K }), own.bytes];
    withScratch(arena, sizes, (table, branchTable, packed, scratch) => {
      writeTable(arena, table);
      writeBranches(arena, branchTable, branches, gradients);
      run.pack({ weight: arena.pointer(weight), bias: arena.pointer(bias), C, K, to: packed });
      body({ C, K, branches: branchTable, count, packed, table }, (thread) => own.of(scratch, thread));
    });
  };
  return { run, C, K, branches, withPacked, ranges, threads };
}

/** kind, channels, pointer and pointer of the gradient of each branch. */
function writeBranches(
  arena: WasmArena,
  to: number,
  branches: readonly Branch[],
  gradients: readonly TensorInfo[],
): void {
  const words = branches.flatMap(({ info, kind, channels }, k) => {
    const gradient = gradients[k];
    const target = gradient === undefined ? 0 : arena.pointer(gradient);
    return [BRANCH_KINDS[kind], channels, arena.pointer(info), target];
  });
  new Uint32Array(arena.memory.buffer, to, words.length).set(words);
}

registerWasm(pointwiseGeluResidualOperator, {
  forward(arena, { inputs, attributes }) {
    const { withPacked, ranges, threads } = prepare(arena, inputs, attributes.kinds);
    const out = outputLike(arena, inputs.x);
    withPacked([], (shared, scratch) => {
      const pointers = { x: arena.pointer(inputs.x), out: arena.pointer(out) };
      runWork(arena, threads, {
        module,
        name: 'forward',
        items: ranges,
        args: (thread) => ({ ...pointers, ...shared, scratch: scratch(thread) }),
      });
    });
    return { out };
  },

  backward(arena, { inputs, upstream, attributes }) {
    const { run, C, K, branches, withPacked, ranges, threads } = prepare(arena, inputs, attributes.kinds);
    const x = outputLike(arena, inputs.x);
    const weight = outputLike(arena, inputs.weight);
    const bias = outputLike(arena, inputs.bias);
    const gradients = inputs.branches.map((info) => outputLike(arena, info));
    withPacked(gradients, (shared, scratch) => {
      const view = (pointer: number, floats: number) =>
        new Float32Array(arena.memory.buffer, pointer, floats);
      // The factors of a sample are summed over its ranges here; all else the kernel writes itself.
      const gates = branches.flatMap(({ kind, column }, k) =>
        kind === 'perSample' ? [{ column, gradient: gradients[k]! }] : [],
      );
      for (const { gradient } of gates) view(arena.pointer(gradient), sizeOf(gradient)).fill(0);
      const pointers = {
        x: arena.pointer(inputs.x),
        dout: arena.pointer(upstream.out),
        dx: arena.pointer(x),
      };
      sumOverRanges(arena, {
        ranges,
        bytes: run.sumBytes({ C, K }),
        compute: (items) =>
          runWork(arena, threads, {
            module,
            name: 'backward',
            items,
            args: (thread) => ({ ...pointers, ...shared, scratch: scratch(thread) }),
          }),
        visit: ({ sample }, sums) => {
          for (const { column, gradient } of gates) {
            const part = view(sums + run.factorOffset({ C, K }) + 4 * column, C);
            const total = view(arena.pointer(gradient) + 4 * sample * C, C);
            for (let c = 0; c < C; c++) total[c]! += part[c]!;
          }
        },
        finish: (sums) =>
          run.finish({ sums, C, K, dWeight: arena.pointer(weight), dBias: arena.pointer(bias) }),
      });
    });
    return { x, weight, bias, branches: gradients };
  },
});
