import {
  clearFloats,
  kernelLaunchers,
  registerWasm,
  withScratch,
  type WasmArena,
} from '@prismamba/backend/internal';
import type { Infos } from '@prismamba/core/operator';
import type { TensorInfo } from '@tensorflow/tfjs-core';
import { shortScanKernel } from '../generated/short-scan.wasm.js';
import { TABLE_BYTES, writeTable } from '../simd/scan-table.wasm.js';
import { outputLike, sizeOf } from '../simd/tensors.wasm.js';
import { shortScanOperator, type ShortScanInputs } from './short-scan.operator.js';

/** Sizes, and where the parts of `both` and `projected` begin. */
function prepare(arena: WasmArena, { u, A, projected }: Infos<ShortScanInputs>, length: number) {
  const run = kernelLaunchers(arena, shortScanKernel);
  const [tokens, D] = u.shape as [number, number];
  const N = A.shape[1]!;
  const columns = projected.shape[1]!;
  return {
    run,
    D,
    N,
    sizes: { zRow: 8 * D, matrixRow: 4 * columns, sequences: tokens / length, L: length, D, N },
    zBytes: 4 * D,
    matrixBytes: 4 * (columns - 2 * N),
    packBytes: run.packBytes({ D, N }),
    scratchBytes: run.scratchBytes({ L: length, N }),
  };
}

const parametersOf = (
  arena: WasmArena,
  { A, bias, skip }: Readonly<Record<'A' | 'bias' | 'skip', TensorInfo>>,
) => ({ A: arena.pointer(A), bias: arena.pointer(bias), skip: arena.pointer(skip) });

registerWasm(shortScanOperator, {
  supports: ({ u, A }) => u.shape[1]! >= 4 && A.shape[1]! % 4 === 0,

  forward(arena, { inputs, attributes: { length } }) {
    const p = prepare(arena, inputs, length);
    const { run, D, N } = p;
    const y = outputLike(arena, inputs.u);
    withScratch(arena, [TABLE_BYTES, p.packBytes, p.scratchBytes], (table, pack, scratch) => {
      writeTable(arena, table);
      run.packParameters({ ...parametersOf(arena, inputs), D, N, pack, table, back: false });
      run.forward({
        u: arena.pointer(inputs.u),
        step: arena.pointer(inputs.step),
        z: arena.pointer(inputs.both) + p.zBytes,
        B: arena.pointer(inputs.projected) + p.matrixBytes,
        y: arena.pointer(y),
        pack,
        ...p.sizes,
        scratch,
        table,
      });
    });
    return { y };
  },

  backward(arena, { inputs, upstream, attributes: { length } }) {
    const p = prepare(arena, inputs, length);
    const { run, D, N, packBytes } = p;
    const out = {
      u: outputLike(arena, inputs.u),
      step: outputLike(arena, inputs.step),
      both: outputLike(arena, inputs.both),
      projected: outputLike(arena, inputs.projected),
      A: outputLike(arena, inputs.A),
      bias: outputLike(arena, inputs.bias),
      skip: outputLike(arena, inputs.skip),
    };
    withScratch(arena, [TABLE_BYTES, packBytes, packBytes, p.scratchBytes], (table, pack, dPack, scratch) => {
      writeTable(arena, table);
      // Only z's half of `both` and the last 2N columns of `projected` are written by the kernel.
      for (const info of [out.both, out.projected]) clearFloats(arena, arena.pointer(info), sizeOf(info));
      clearFloats(arena, dPack, packBytes / 4);
      run.packParameters({ ...parametersOf(arena, inputs), D, N, pack, table, back: false });
      run.backward({
        u: arena.pointer(inputs.u),
        step: arena.pointer(inputs.step),
        z: arena.pointer(inputs.both) + p.zBytes,
        B: arena.pointer(inputs.projected) + p.matrixBytes,
        g: arena.pointer(upstream.y),
        pack,
        dU: arena.pointer(out.u),
        dStep: arena.pointer(out.step),
        dZ: arena.pointer(out.both) + p.zBytes,
        dB: arena.pointer(out.projected) + p.matrixBytes,
        dPack,
        ...p.sizes,
        scratch,
        table,
      });
      run.packParameters({ ...parametersOf(arena, out), D, N, pack: dPack, table, back: true });
    });
    return out;
  },
});
