import { clearFloats, kernelLaunchers, type WasmArena, type WasmKernels } from '@prismamba/backend/arena';
import type { Infos } from '@prismamba/core/operator';
import type { Tensor4D, TensorInfo } from '@tensorflow/tfjs-core';
import { ssdScanKernel as module } from '../generated/ssd-scan.wasm.js';
import { directionKernels, runBackward, scanMap, type DirectionScan } from '../simd/directions.wasm.js';
import { outputLike, pointerOf, sizeOf } from '../simd/tensors.wasm.js';
import type { Ss2dSsdScanArgs } from './ss2d-ssd-scan.operator.js';

type Parameter = Exclude<keyof Ss2dSsdScanArgs, 'x'>;

function prepare(arena: WasmArena, inputs: Infos<Ss2dSsdScanArgs>) {
  const run = kernelLaunchers(arena, module);
  const [batch, height, width, D] = inputs.x.shape as [number, number, number, number];
  const [, heads, P] = inputs.Ds.shape as [number, number, number];
  const outputs = inputs.xProjWeight.shape[1]!;
  const N = (outputs - heads) / 2;
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
    ...directionKernels(
      arena,
      module,
      { forward: 'forwardDirection', backward: 'backwardDirection' },
      { height, width, heads, P, N },
    ),
  };
  return { run, heads, P, outputs, parameters, scan };
}

/** The SIMD kernels of `ss2dSsdScanOperator` on any memory. */
export const ss2dSsdScanKernels: WasmKernels<Ss2dSsdScanArgs, object, { readonly y: Tensor4D }, 'states'> = {
  forward: (arena, { inputs, recording }) => scanMap(prepare(arena, inputs).scan, inputs.x, recording),

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
};
