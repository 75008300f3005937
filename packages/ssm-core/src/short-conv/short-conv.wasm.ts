import {
  clearFloats,
  kernelLaunchers,
  registerWasm,
  withScratch,
  type WasmArena,
} from '@prismamba/backend/internal';
import type { Infos } from '@prismamba/core/operator';
import { shortConvKernel } from '../generated/short-conv.wasm.js';
import { TABLE_BYTES, writeTable } from '../simd/scan-table.wasm.js';
import { outputLike } from '../simd/tensors.wasm.js';
import { shortConvOperator, type ShortConvInputs } from './short-conv.operator.js';

function prepare(arena: WasmArena, { both, weight, bias }: Infos<ShortConvInputs>, length: number) {
  const run = kernelLaunchers(arena, shortConvKernel);
  const tokens = both.shape[0]!;
  const [D, , K] = weight.shape as [number, number, number];
  return {
    run,
    tokens,
    K,
    parameters: () => ({ weight: arena.pointer(weight), bias: arena.pointer(bias), D, K }),
    /** x is the first half of a row of `both`. */
    sizes: { row: 8 * D, sequences: tokens / length, L: length, D, K },
    packBytes: run.packBytes({ D, K }),
  };
}

registerWasm(shortConvOperator, {
  supports: ({ weight }) => weight.shape[0]! >= 4,

  forward(arena, { inputs, attributes: { length } }) {
    const { run, tokens, parameters, sizes, packBytes } = prepare(arena, inputs, length);
    const u = arena.makeOutput([tokens, sizes.D], 'float32');
    withScratch(arena, [TABLE_BYTES, packBytes], (table, pack) => {
      writeTable(arena, table);
      run.packParameters({ ...parameters(), pack, back: false });
      run.forward({ x: arena.pointer(inputs.both), u: arena.pointer(u), pack, ...sizes, table });
    });
    return { u };
  },

  backward(arena, { inputs, upstream, attributes: { length } }) {
    const { run, tokens, K, parameters, sizes, packBytes } = prepare(arena, inputs, length);
    const { D } = sizes;
    const both = outputLike(arena, inputs.both);
    const weight = outputLike(arena, inputs.weight);
    const bias = outputLike(arena, inputs.bias);
    withScratch(arena, [TABLE_BYTES, packBytes, packBytes, 16 * (K + 1)], (table, pack, dPack, scratch) => {
      writeTable(arena, table);
      const dx = arena.pointer(both);
      clearFloats(arena, dx, 2 * tokens * D);
      clearFloats(arena, dPack, packBytes / 4);
      run.packParameters({ ...parameters(), pack, back: false });
      const pointers = { x: arena.pointer(inputs.both), du: arena.pointer(upstream.u), dx };
      run.backward({ ...pointers, pack, dPack, ...sizes, scratch, table });
      const to = { weight: arena.pointer(weight), bias: arena.pointer(bias) };
      run.packParameters({ ...to, D, K, pack: dPack, back: true });
    });
    return { both, weight, bias };
  },
});
