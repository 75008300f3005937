import {
  clearFloats,
  kernelLaunchers,
  withScratch,
  type WasmArena,
  type WasmKernels,
} from '@prismamba/backend/arena';
import type { Infos } from '@prismamba/core/operator';
import type { TensorInfo } from '@tensorflow/tfjs-core';
import { ssdScanKernel } from '../generated/ssd-scan.wasm.js';
import { TABLE_BYTES, writeTable } from '../simd/scan-table.wasm.js';
import { outputLike, outputLikeOptional, pointerOf, sizeOf } from '../simd/tensors.wasm.js';
import type { SsdScanAttributes, SsdScanInputs, SsdScanResult } from './ssd-scan.operator.js';

function prepare(arena: WasmArena, inputs: Infos<SsdScanInputs>) {
  const run = kernelLaunchers(arena, ssdScanKernel);
  const [batch, L, H, P] = inputs.x.shape as [number, number, number, number];
  const [, , G, N] = inputs.B.shape as [number, number, number, number];
  const heads = H / G;
  const stateFloats = run.stateBytes({ length: L, heads, P, N }) / 4;
  /** Element of group g of sequence b in each input. */
  const first = (b: number, g: number): Readonly<Record<keyof SsdScanInputs | 'states', number>> => ({
    x: b * L * H * P + g * heads * P,
    dt: b * L * H + g * heads,
    A: g * heads,
    B: b * L * G * N + g * N,
    C: b * L * G * N + g * N,
    D: g * heads * P,
    dtBias: g * heads,
    initialStates: (b * H + g * heads) * P * N,
    states: (b * G + g) * stateFloats,
  });
  return {
    run,
    batch,
    G,
    first,
    group: { heads, P },
    sizes: { L, allHeads: H, groups: G, heads, P, N },
    packBytes: run.packBytes({ heads, P, outputs: 0 }),
    scratchBytes: run.scratchBytes({ heads, P, N, outputs: 0 }),
    lastShape: [batch, H, P, N],
    statesShape: [batch, G, stateFloats],
    /** Floats of the longest parameter that may be absent. */
    absent: H * P,
  };
}

/** Pointer to an element of a tensor, 0 where it is absent or empty. */
function at(arena: WasmArena, info: TensorInfo | undefined, element: number): number {
  const pointer = pointerOf(arena, info);
  return pointer === 0 ? 0 : pointer + 4 * element;
}

/** Packs the parameters of group g; `zeros` stand for what is absent. */
function packGroup(
  arena: WasmArena,
  inputs: Infos<SsdScanInputs>,
  { run, first, group }: ReturnType<typeof prepare>,
  g: number,
  { pack, zeros, table }: Readonly<Record<'pack' | 'zeros' | 'table', number>>,
): void {
  const { A, dtBias, D } = first(0, g);
  run.packGroup({
    A: at(arena, inputs.A, A),
    bias: at(arena, inputs.dtBias, dtBias) || zeros,
    skip: at(arena, inputs.D, D) || zeros,
    logs: false,
    ...group,
    pack,
    outputs: 0,
    table,
  });
}

/** The SIMD kernels of `ssdScanOperator` on any memory. */
export const ssdScanKernels: WasmKernels<SsdScanInputs, SsdScanAttributes, SsdScanResult, 'states'> = {
  forward(arena, { inputs, attributes, recording }) {
    const p = prepare(arena, inputs);
    const y = outputLike(arena, inputs.x);
    const finalStates = arena.makeOutput(p.lastShape, 'float32');
    const states = recording ? arena.makeOutput(p.statesShape, 'float32') : undefined;
    const bytes = [TABLE_BYTES, p.packBytes, p.scratchBytes, 4 * p.absent];
    withScratch(arena, bytes, (table, pack, scratch, zeros) => {
      writeTable(arena, table);
      clearFloats(arena, zeros, p.absent);
      for (let g = 0; g < p.G; g++) {
        packGroup(arena, inputs, p, g, { pack, zeros, table });
        for (let b = 0; b < p.batch; b++) {
          const from = p.first(b, g);
          p.run.forwardGroup({
            x: at(arena, inputs.x, from.x),
            dt: at(arena, inputs.dt, from.dt),
            B: at(arena, inputs.B, from.B),
            C: at(arena, inputs.C, from.C),
            begin: at(arena, inputs.initialStates, from.initialStates),
            pack,
            y: at(arena, y, from.x),
            last: at(arena, finalStates, from.initialStates),
            states: at(arena, states, from.states),
            ...p.sizes,
            softplused: attributes.dtSoftplus,
            scratch,
            table,
          });
        }
      }
    });
    return states === undefined ? { y, finalStates } : { y, finalStates, states };
  },

  backward(arena, { inputs, intermediates, upstream, attributes }) {
    const p = prepare(arena, inputs);
    const { run, packBytes } = p;
    const out = {
      x: outputLike(arena, inputs.x),
      dt: outputLike(arena, inputs.dt),
      A: outputLike(arena, inputs.A),
      B: outputLike(arena, inputs.B),
      C: outputLike(arena, inputs.C),
      D: outputLikeOptional(arena, inputs.D),
      dtBias: outputLikeOptional(arena, inputs.dtBias),
      initialStates: outputLikeOptional(arena, inputs.initialStates),
    };
    const bytes = [TABLE_BYTES, packBytes, packBytes, p.scratchBytes, 4 * p.absent, 4 * p.absent];
    withScratch(arena, bytes, (table, pack, dPack, scratch, zeros, unused) => {
      writeTable(arena, table);
      clearFloats(arena, zeros, p.absent);
      clearFloats(arena, unused, p.absent); // takes the gradients of what is absent
      for (const info of [out.A, out.dtBias, out.D]) {
        if (info !== undefined) clearFloats(arena, arena.pointer(info), sizeOf(info));
      }
      for (let g = 0; g < p.G; g++) {
        packGroup(arena, inputs, p, g, { pack, zeros, table });
        for (let b = 0; b < p.batch; b++) {
          const from = p.first(b, g);
          clearFloats(arena, dPack, packBytes / 4);
          run.backwardGroup({
            x: at(arena, inputs.x, from.x),
            dt: at(arena, inputs.dt, from.dt),
            B: at(arena, inputs.B, from.B),
            C: at(arena, inputs.C, from.C),
            begin: at(arena, inputs.initialStates, from.initialStates),
            pack,
            states: at(arena, intermediates.states, from.states),
            dy: at(arena, upstream.y, from.x),
            dLast: at(arena, upstream.finalStates, from.initialStates),
            dx: at(arena, out.x, from.x),
            ddt: at(arena, out.dt, from.dt),
            dB: at(arena, out.B, from.B),
            dC: at(arena, out.C, from.C),
            dBegin: at(arena, out.initialStates, from.initialStates),
            dPack,
            ...p.sizes,
            softplused: attributes.dtSoftplus,
            scratch,
            table,
          });
          run.addParameterGradients({
            pack,
            dPack,
            logs: false,
            ...p.group,
            dA: at(arena, out.A, from.A),
            dBias: at(arena, out.dtBias, from.dtBias) || unused,
            dSkip: at(arena, out.D, from.D) || unused,
            table,
          });
        }
      }
    });
    return out;
  },
};
