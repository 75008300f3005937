import {
  clearFloats,
  kernelLaunchers,
  runWork,
  scratchPerThread,
  withScratch,
  workThreads,
  type WasmArena,
  type WasmKernels,
} from '@prismamba/backend/arena';
import type { Infos } from '@prismamba/core/operator';
import { selectiveScanKernel as module } from '../generated/selective-scan.wasm.js';
import { TABLE_BYTES, writeTable } from '../simd/scan-table.wasm.js';
import { addSums } from '../simd/sums.wasm.js';
import { outputLike, outputLikeOptional, pointerOf, sizeOf } from '../simd/tensors.wasm.js';
import type {
  SelectiveScanAttributes,
  SelectiveScanInputs,
  SelectiveScanResult,
} from './selective-scan.operator.js';

/** A range of the work: batch items and blocks of channels, the `part`-th of them. The cut depends on the shape only. */
interface Task {
  readonly range: Readonly<Record<'item' | 'itemEnd' | 'block0' | 'blockEnd', number>>;
  readonly part: number;
}

/** At most this many parts along the batch and along the channels. */
const PARTS = 8;

/** Blocks of 4 channels below which a part reads B and C too often for what it computes. */
const SMALLEST_PART = 8;

/** Below this many tokens x channels (a few ms) one thread is enough. */
const THREADED_UNITS = 2 ** 18;

function cut(count: number, smallest: number): [number, number][] {
  const parts = Math.max(1, Math.min(PARTS, Math.floor(count / smallest)));
  const size = Math.ceil(count / parts);
  const ranges: [number, number][] = [];
  for (let from = 0; from < count; from += size) ranges.push([from, Math.min(count, from + size)]);
  return ranges;
}

/** The kernel, its sizes (bytes) and how the work is cut. */
function prepare(arena: WasmArena, { u, A, B }: Infos<SelectiveScanInputs>) {
  const run = kernelLaunchers(arena, module);
  const [batch, D, L] = u.shape as [number, number, number];
  const N = A.shape[1]!;
  const G = B.shape[1]!;
  const parts = cut(run.blockCount({ D, G }), SMALLEST_PART);
  const tasks: Task[] = cut(batch, 1).flatMap(([item, itemEnd]) =>
    parts.map(([block0, blockEnd], part): Task => ({ range: { item, itemEnd, block0, blockEnd }, part })),
  );
  const threads = batch * D * L >= THREADED_UNITS ? workThreads(arena, tasks.length) : 1;
  return {
    run,
    sizes: { L, D, G, N },
    tasks,
    threads,
    parts: parts.length,
    matrices: batch * G * N * L,
    packBytes: run.packBytes({ D, G, N }),
    own: scratchPerThread(run.scratchBytes({ D, G, N }), threads),
    lastShape: [batch, D, N],
    statesShape: [batch, run.stateBytes({ length: L, D, G, N }) / 4],
  };
}

/** Packs A, the bias of delta and the skip; `zeros` ([D] floats) stand for what is absent. */
function packParameters(
  arena: WasmArena,
  { A, D: skip, deltaBias }: Infos<SelectiveScanInputs>,
  { run, sizes: { D, G, N } }: ReturnType<typeof prepare>,
  { pack, zeros, table }: Readonly<Record<'pack' | 'zeros' | 'table', number>>,
): void {
  clearFloats(arena, zeros, D);
  run.packParameters({
    A: arena.pointer(A),
    bias: pointerOf(arena, deltaBias) || zeros,
    skip: pointerOf(arena, skip) || zeros,
    D,
    G,
    N,
    pack,
    table,
  });
}

/** The SIMD kernels of `selectiveScanOperator` on any memory. */
export const selectiveScanKernels: WasmKernels<
  SelectiveScanInputs,
  SelectiveScanAttributes,
  SelectiveScanResult,
  'states'
> = {
  forward(arena, { inputs, attributes, recording }) {
    const p = prepare(arena, inputs);
    const y = outputLike(arena, inputs.u);
    const lastState = arena.makeOutput(attributes.withLastState ? p.lastShape : [0, 0, 0], 'float32');
    const states = recording ? arena.makeOutput(p.statesShape, 'float32') : undefined;
    const bytes = [TABLE_BYTES, p.packBytes, p.own.bytes, 4 * p.sizes.D];
    withScratch(arena, bytes, (table, pack, scratch, zeros) => {
      writeTable(arena, table);
      packParameters(arena, inputs, p, { pack, zeros, table });
      const shared = {
        u: arena.pointer(inputs.u),
        delta: arena.pointer(inputs.delta),
        B: arena.pointer(inputs.B),
        C: arena.pointer(inputs.C),
        initial: pointerOf(arena, inputs.initialState),
        pack,
        y: arena.pointer(y),
        last: pointerOf(arena, lastState),
        states: pointerOf(arena, states),
        ...p.sizes,
        softplused: attributes.deltaSoftplus,
        reverse: attributes.reverse,
        table,
      };
      runWork(arena, p.threads, {
        module,
        name: 'forward',
        items: p.tasks.map(({ range }) => range),
        args: (thread) => ({ ...shared, scratch: p.own.of(scratch, thread) }),
      });
    });
    return states === undefined ? { y, lastState } : { y, lastState, states };
  },

  backward(arena, { inputs, intermediates, upstream, attributes }) {
    const p = prepare(arena, inputs);
    const { run, tasks, threads, own, packBytes, matrices: floats } = p;
    const { D, G, N } = p.sizes;
    const out = {
      u: outputLike(arena, inputs.u),
      delta: outputLike(arena, inputs.delta),
      A: outputLike(arena, inputs.A),
      B: outputLike(arena, inputs.B),
      C: outputLike(arena, inputs.C),
      D: outputLikeOptional(arena, inputs.D),
      deltaBias: outputLikeOptional(arena, inputs.deltaBias),
      initialState: outputLikeOptional(arena, inputs.initialState),
    };
    // Every part of the channels adds to dB and dC; beside others it does so in memory of its own.
    const others = threads > 1 ? p.parts - 1 : 0;
    const bytes = [TABLE_BYTES, packBytes, tasks.length * packBytes, own.bytes, 8 * others * floats, 4 * D];
    withScratch(arena, bytes, (table, pack, dPacks, scratch, matrices, zeros) => {
      writeTable(arena, table);
      for (const info of [out.A, out.B, out.C, out.D, out.deltaBias]) {
        if (info !== undefined) clearFloats(arena, pointerOf(arena, info), sizeOf(info));
      }
      clearFloats(arena, dPacks, (tasks.length * packBytes) / 4);
      clearFloats(arena, matrices, 2 * others * floats);
      packParameters(arena, inputs, p, { pack, zeros, table });
      /** dB and dC of a part of the channels. */
      const matricesOf = (part: number) => {
        if (others === 0 || part === 0) return { dB: arena.pointer(out.B), dC: arena.pointer(out.C) };
        const first = matrices + 8 * (part - 1) * floats;
        return { dB: first, dC: first + 4 * floats };
      };
      const shared = {
        u: arena.pointer(inputs.u),
        delta: arena.pointer(inputs.delta),
        B: arena.pointer(inputs.B),
        C: arena.pointer(inputs.C),
        initial: pointerOf(arena, inputs.initialState),
        pack,
        states: pointerOf(arena, intermediates.states),
        dy: arena.pointer(upstream.y),
        dLast: pointerOf(arena, upstream.lastState),
        du: arena.pointer(out.u),
        ddelta: arena.pointer(out.delta),
        dInitial: pointerOf(arena, out.initialState),
        ...p.sizes,
        softplused: attributes.deltaSoftplus,
        reverse: attributes.reverse,
        table,
      };
      runWork(arena, threads, {
        module,
        name: 'backward',
        items: tasks.map(({ range, part }, i) => ({
          ...matricesOf(part),
          dPack: dPacks + i * packBytes,
          ...range,
        })),
        args: (thread) => ({ ...shared, scratch: own.of(scratch, thread) }),
      });
      for (let part = 1; part <= others; part++) {
        const { dB, dC } = matricesOf(part);
        addSums(arena, arena.pointer(out.B), dB, 4 * floats);
        addSums(arena, arena.pointer(out.C), dC, 4 * floats);
      }
      const unused = zeros; // of no use any more: takes the gradients of what is absent
      const to = {
        dA: arena.pointer(out.A),
        dBias: pointerOf(arena, out.deltaBias) || unused,
        dSkip: pointerOf(arena, out.D) || unused,
      };
      tasks.forEach((_, i) => {
        run.addParameterGradients({ dPack: dPacks + i * packBytes, ...to, D, G, N });
      });
    });
    return out;
  },
};
