import { arenaOf, clearFloats, kernelFunctions, withScratch, type WasmArena } from '@prismamba/backend';
import * as tf from '@tensorflow/tfjs-core';
import { TABLE_BYTES, writeTable } from '../simd/scan-table.wasm.js';
import { ssdKernel } from './ssd-kernel.wasm.js';
import {
  SSD_SCAN,
  SSD_SCAN_GRADIENT,
  SSD_SCAN_INPUTS,
  type SsdScanAttributes,
  type SsdScanInput,
} from './ssd-scan.gradient.js';

type Inputs = Readonly<Record<SsdScanInput, tf.TensorInfo>>;
type GradientInputs = Inputs & Readonly<Record<'states' | 'dy' | 'dFinalStates', tf.TensorInfo>>;

/** Pointer of a tensor at an element, 0 for an empty tensor. */
function at(arena: WasmArena, info: tf.TensorInfo, element = 0): number {
  return info.shape.includes(0) ? 0 : arena.pointer(info) + 4 * element;
}

function prepare(kernel: string, backend: unknown, inputs: Inputs) {
  const arena = arenaOf(kernel, backend);
  const run = kernelFunctions(arena, ssdKernel);
  const [batch, L, H, P] = inputs.x.shape as [number, number, number, number];
  const [, , G, N] = inputs.B.shape as [number, number, number, number];
  const heads = H / G;
  const stateFloats = run.stateBytes(L, heads, P, N) / 4;
  /** Element of group g of sequence b in each input. */
  const first = (b: number, g: number): Readonly<Record<SsdScanInput | 'states', number>> => ({
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
    ...{ arena, run, batch, L, H, P, G, N, heads, first, stateFloats },
    packBytes: run.packBytes(heads, P, 0),
    scratchBytes: run.scratchBytes(heads, P, N, 0),
  };
}

function forward(inputs: Inputs, backend: unknown, attributes: SsdScanAttributes): tf.TensorInfo[] {
  const problem = prepare(SSD_SCAN, backend, inputs);
  const { arena, run, batch, L, H, P, G, N, heads, first, stateFloats } = problem;
  const y = arena.makeOutput([batch, L, H, P], 'float32');
  const last = arena.makeOutput([batch, H, P, N], 'float32');
  const states = arena.makeOutput(attributes.saveStates ? [batch, G, stateFloats] : [0], 'float32');
  const sizes = [TABLE_BYTES, problem.packBytes, problem.scratchBytes];
  withScratch(arena, sizes, (table, pack, scratch) => {
    writeTable(arena, table);
    for (let g = 0; g < G; g++) {
      const { A, dtBias, D } = first(0, g);
      run.packGroup(
        ...[at(arena, inputs.A, A), at(arena, inputs.dtBias, dtBias), at(arena, inputs.D, D)],
        ...[0, heads, P, pack, 0, table],
      );
      for (let b = 0; b < batch; b++) {
        const from = first(b, g);
        run.forwardGroup(
          ...(['x', 'dt', 'B', 'C', 'initialStates'] as const).map((n) => at(arena, inputs[n], from[n])),
          ...[
            pack,
            at(arena, y, from.x),
            at(arena, last, from.initialStates),
            at(arena, states, from.states),
          ],
          ...[L, H, G, heads, P, N, Number(attributes.dtSoftplus), scratch, table],
        );
      }
    }
  });
  return [y, last, states];
}

function backward(inputs: GradientInputs, backend: unknown, attributes: SsdScanAttributes): tf.TensorInfo[] {
  const problem = prepare(SSD_SCAN_GRADIENT, backend, inputs);
  const { arena, run, batch, L, H, P, G, N, heads, first, packBytes } = problem;
  const outputs = Object.fromEntries(
    SSD_SCAN_INPUTS.map((name) => [name, arena.makeOutput(inputs[name].shape, 'float32')]),
  ) as unknown as Inputs;
  const sizes = [TABLE_BYTES, packBytes, packBytes, problem.scratchBytes];
  withScratch(arena, sizes, (table, pack, dPack, scratch) => {
    writeTable(arena, table);
    clearFloats(arena, at(arena, outputs.A), H);
    clearFloats(arena, at(arena, outputs.dtBias), H);
    clearFloats(arena, at(arena, outputs.D), H * P);
    for (let g = 0; g < G; g++) {
      const { A, dtBias, D } = first(0, g);
      run.packGroup(
        ...[at(arena, inputs.A, A), at(arena, inputs.dtBias, dtBias), at(arena, inputs.D, D)],
        ...[0, heads, P, pack, 0, table],
      );
      for (let b = 0; b < batch; b++) {
        const from = first(b, g);
        const pointer = (name: SsdScanInput) => at(arena, inputs[name], from[name]);
        const to = (name: SsdScanInput) => at(arena, outputs[name], from[name]);
        clearFloats(arena, dPack, packBytes / 4);
        run.backwardGroup(
          ...[pointer('x'), pointer('dt'), pointer('B'), pointer('C'), pointer('initialStates'), pack],
          ...[at(arena, inputs.states, from.states), at(arena, inputs.dy, from.x)],
          ...[at(arena, inputs.dFinalStates, from.initialStates), to('x'), to('dt'), to('B'), to('C')],
          ...[
            to('initialStates'),
            dPack,
            L,
            H,
            G,
            heads,
            P,
            N,
            Number(attributes.dtSoftplus),
            scratch,
            table,
          ],
        );
        run.addParameterGradients(...[pack, dPack, 0, heads, P, to('A'), to('dtBias'), to('D'), table]);
      }
    }
  });
  return SSD_SCAN_INPUTS.map((name) => outputs[name]);
}

tf.registerKernel({
  kernelName: SSD_SCAN,
  backendName: 'wasm',
  kernelFunc: ({ inputs, attrs, backend }) =>
    forward(inputs as unknown as Inputs, backend, attrs as unknown as SsdScanAttributes),
});

tf.registerKernel({
  kernelName: SSD_SCAN_GRADIENT,
  backendName: 'wasm',
  kernelFunc: ({ inputs, attrs, backend }) =>
    backward(inputs as unknown as GradientInputs, backend, attrs as unknown as SsdScanAttributes),
});
