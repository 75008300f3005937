import {
  clearFloats,
  kernelLaunchers,
  registerWasm,
  runWork,
  type WasmArena,
} from '@prismamba/backend/internal';
import type { Infos } from '@prismamba/core/operator';
import type { TensorInfo } from '@tensorflow/tfjs-core';
import { ssdScanKernel as module } from '../generated/ssd-scan.wasm.js';
import { runBackward, runForward, type DirectionScan } from '../simd/directions.wasm.js';
import { outputLike, pointerOf, sizeOf } from '../simd/tensors.wasm.js';
import { ss2dSsdScanOperator, type Ss2dSsdScanArgs } from './ss2d-ssd-scan.operator.js';

type Parameter = Exclude<keyof Ss2dSsdScanArgs, 'x'>;

function prepare(arena: WasmArena, inputs: Infos<Ss2dSsdScanArgs>) {
  const run = kernelLaunchers(arena, module);
  const [batch, height, width, D] = inputs.x.shape as [number, number, number, number];
  const [, heads, P] = inputs.Ds.shape as [number, number, number];
  const outputs = inputs.xProjWeight.shape[1]!;
  const N = (outputs - heads) / 2;
  const sizes = { height, width, heads, P, N };
  /** Pointers to direction k of the parameters, or of their gradients. */
  const parameters = (infos: Readonly<Record<Parameter, TensorInfo>>, k: number) => {
    const at = (name: Parameter, floats: number) => arena.pointer(infos[name]) + 4 * k * floats;
    return {
      weights: at('xProjWeight', outputs * D),
      bias: at('dtProjsBias', heads),
      A: at('ALogs', heads),
      skip: at('Ds', D),
    };
  };
  const scan: DirectionScan = {
    arena,
    batch,
    shape: [height, width, D],
    stateBytes: run.stateBytes({ length: height * width, heads, P, N }),
    carryBytes: run.carryBytes({ heads, P, N }),
    packBytes: run.packBytes({ heads, P, outputs }),
    scratchBytes: run.scratchBytes({ heads, P, N, outputs }),
    pack: (k, pack, table) => {
      const { weights, ...group } = parameters(inputs, k);
      run.packGroup({ ...group, logs: true, heads, P, pack, outputs, table });
      run.packProjection({ weights, heads, P, outputs, pack });
    },
    forward: (items, { threads, scratch, table }) =>
      runWork(arena, threads, {
        module,
        name: 'forwardDirection',
        items,
        args: (thread) => ({ ...sizes, scratch: scratch(thread), table }),
      }),
    backward: (items, { threads, scratch, table }) =>
      runWork(arena, threads, {
        module,
        name: 'backwardDirection',
        items,
        args: (thread) => ({ ...sizes, scratch: scratch(thread), table }),
      }),
    addInOrder: (items, shared, threads) =>
      runWork(arena, threads, { module, name: 'addInOrder', items, args: () => shared }),
  };
  return { run, batch, heads, P, outputs, parameters, scan };
}

registerWasm(ss2dSsdScanOperator, {
  forward(arena, { inputs, recording }) {
    const { batch, scan } = prepare(arena, inputs);
    const y = outputLike(arena, inputs.x);
    const states = recording ? arena.makeOutput([batch, 4, scan.stateBytes / 4], 'float32') : undefined;
    const pointers = { x: arena.pointer(inputs.x), y: arena.pointer(y) };
    runForward(scan, { ...pointers, states: pointerOf(arena, states) });
    return states === undefined ? { y } : { y, states };
  },

  backward(arena, { inputs, intermediates, upstream }) {
    const { run, heads, P, outputs, parameters, scan } = prepare(arena, inputs);
    const out = {
      x: outputLike(arena, inputs.x),
      xProjWeight: outputLike(arena, inputs.xProjWeight),
      dtProjsBias: outputLike(arena, inputs.dtProjsBias),
      ALogs: outputLike(arena, inputs.ALogs),
      Ds: outputLike(arena, inputs.Ds),
    };
    for (const info of [out.xProjWeight, out.dtProjsBias, out.ALogs, out.Ds]) {
      clearFloats(arena, arena.pointer(info), sizeOf(info));
    }
    const pointers = {
      x: arena.pointer(inputs.x),
      dy: arena.pointer(upstream.y),
      states: pointerOf(arena, intermediates.states),
      dx: arena.pointer(out.x),
    };
    runBackward(scan, pointers, (k, { pack, dPack, table }) => {
      const { weights: dWeights, A: dA, bias: dBias, skip: dSkip } = parameters(out, k);
      run.addParameterGradients({ pack, dPack, logs: true, heads, P, dA, dBias, dSkip, table });
      run.addProjectionGradient({ dPack, heads, P, outputs, dWeights });
    });
    return out;
  },
});
