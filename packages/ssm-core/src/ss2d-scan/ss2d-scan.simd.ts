import { kernelLaunchers, type WasmArena, type WasmKernels } from '@prismamba/backend/arena';
import type { Infos } from '@prismamba/core/operator';
import type { Tensor4D, TensorInfo } from '@tensorflow/tfjs-core';
import { ss2dScanKernel as module } from '../generated/ss2d-scan.wasm.js';
import { directionKernels, runBackward, scanMap, type DirectionScan } from '../simd/directions.wasm.js';
import { outputLike } from '../simd/tensors.wasm.js';
import type { Ss2dScanArgs } from './ss2d-scan.operator.js';

type Parameter = Exclude<keyof Ss2dScanArgs, 'x'>;

function prepare(arena: WasmArena, inputs: Infos<Ss2dScanArgs>) {
  const run = kernelLaunchers(arena, module);
  const [batch, height, width, D] = inputs.x.shape as [number, number, number, number];
  const R = inputs.dtProjsWeight.shape[2]!;
  const N = inputs.ALogs.shape[1]!;
  /** Pointers to direction k of the parameters, or of their gradients. */
  const parameters = (infos: Readonly<Record<Parameter, TensorInfo>>, k: number) => {
    const at = (name: Parameter, floats: number) => arena.pointer(infos[name]) + 4 * k * floats;
    return {
      xProj: at('xProjWeight', (R + 2 * N) * D),
      dtProj: at('dtProjsWeight', D * R),
      bias: at('dtProjsBias', D),
      aLogs: at('ALogs', D * N),
      skip: at('Ds', D),
    };
  };
  const scan: DirectionScan = {
    arena,
    batch,
    shape: [height, width, D],
    stateBytes: run.stateBytes({ length: height * width, D, N }),
    carryBytes: run.carryBytes({ D, N }),
    packBytes: run.packBytes({ D, R, N }),
    scratchBytes: run.scratchBytes({ D, R, N }),
    pack: (k, pack, table) => run.packDirection({ ...parameters(inputs, k), D, R, N, pack, table }),
    ...directionKernels(
      arena,
      module,
      { forward: 'scanDirection', backward: 'scanDirectionBackward' },
      { height, width, D, R, N },
    ),
  };
  return { run, D, R, N, parameters, scan };
}

/** The SIMD kernels of `ss2dScanOperator` on any memory. */
export const ss2dScanKernels: WasmKernels<Ss2dScanArgs, object, { readonly y: Tensor4D }, 'states'> = {
  supports: ({ ALogs }) => ALogs.shape[1]! % 4 === 0,

  forward: (arena, { inputs, recording }) => scanMap(prepare(arena, inputs).scan, inputs.x, recording),

  backward(arena, { inputs, intermediates, upstream }) {
    const { run, D, R, N, parameters, scan } = prepare(arena, inputs);
    const out = {
      x: outputLike(arena, inputs.x),
      xProjWeight: outputLike(arena, inputs.xProjWeight),
      dtProjsWeight: outputLike(arena, inputs.dtProjsWeight),
      dtProjsBias: outputLike(arena, inputs.dtProjsBias),
      ALogs: outputLike(arena, inputs.ALogs),
      Ds: outputLike(arena, inputs.Ds),
    };
    const pointers = {
      x: arena.pointer(inputs.x),
      dy: arena.pointer(upstream.y),
      states: arena.pointer(intermediates.states),
      dx: arena.pointer(out.x),
    };
    runBackward(scan, pointers, (k, packs) => {
      const { xProj: dXProj, dtProj: dDtProj, bias: dBias, aLogs: dALogs, skip: dSkip } = parameters(out, k);
      run.unpackGradients({ ...packs, D, R, N, dXProj, dDtProj, dBias, dALogs, dSkip });
    });
    return out;
  },
};
