import { arenaOf, clearFloats, kernelFunctions, withScratch, type KernelModule } from '@prismamba/backend';
import * as tf from '@tensorflow/tfjs-core';
import { base64, relaxedBase64 } from '../generated/short-sequences.wasm.js';
import { TABLE_BYTES, writeTable } from '../simd/scan-table.wasm.js';
import { SHORT_CONV, SHORT_CONV_GRADIENT, SHORT_CONV_INPUTS } from './short-conv.gradient.js';

const module = {
  name: 'short-sequences',
  functions: ['convPackBytes', 'packConv', 'convForward', 'convBackward'],
  base64,
  relaxedBase64,
} as const satisfies KernelModule;

type Inputs = Readonly<Record<(typeof SHORT_CONV_INPUTS)[number] | 'dy', tf.TensorInfo>>;

function problem(kernel: string, backend: unknown, inputs: Inputs, length: number) {
  const arena = arenaOf(kernel, backend);
  const tokens = inputs.both.shape[0] ?? 0;
  const [D = 0, , K = 0] = inputs.weight.shape;
  const run = kernelFunctions(arena, module);
  return {
    arena,
    run,
    tokens,
    D,
    K,
    sequences: tokens / length,
    row: 8 * D,
    packBytes: run.convPackBytes(D, K),
  };
}

function forward(backend: unknown, inputs: Inputs, length: number): tf.TensorInfo {
  const { arena, run, tokens, D, K, sequences, row, packBytes } = problem(
    SHORT_CONV,
    backend,
    inputs,
    length,
  );
  const u = arena.makeOutput([tokens, D], 'float32');
  withScratch(arena, [TABLE_BYTES, packBytes], (table, pack) => {
    writeTable(arena, table);
    const at = (name: keyof Inputs): number => arena.pointer(inputs[name]);
    run.packConv(at('weight'), at('bias'), D, K, pack, 0);
    run.convForward(at('both'), row, arena.pointer(u), pack, sequences, length, D, K, table);
  });
  return u;
}

function backward(backend: unknown, inputs: Inputs, length: number): tf.TensorInfo[] {
  const { arena, run, tokens, D, K, sequences, row, packBytes } = problem(
    SHORT_CONV_GRADIENT,
    backend,
    inputs,
    length,
  );
  const outputs = SHORT_CONV_INPUTS.map((name) => arena.makeOutput(inputs[name].shape, 'float32'));
  const [dBoth, dWeight, dBias] = outputs.map((info) => arena.pointer(info)) as [number, number, number];
  withScratch(arena, [TABLE_BYTES, packBytes, packBytes, 16 * (K + 1)], (table, pack, dPack, scratch) => {
    writeTable(arena, table);
    const at = (name: keyof Inputs): number => arena.pointer(inputs[name]);
    clearFloats(arena, dBoth, 2 * tokens * D);
    clearFloats(arena, dPack, packBytes / 4);
    run.packConv(at('weight'), at('bias'), D, K, pack, 0);
    run.convBackward(
      ...[at('both'), row, at('dy'), dBoth, pack, dPack, sequences, length, D, K, scratch, table],
    );
    run.packConv(dWeight, dBias, D, K, dPack, 1);
  });
  return outputs;
}

tf.registerKernel({
  kernelName: SHORT_CONV,
  backendName: 'wasm',
  kernelFunc: ({ inputs, attrs, backend }) =>
    forward(backend, inputs as unknown as Inputs, (attrs as { length: number }).length),
});

tf.registerKernel({
  kernelName: SHORT_CONV_GRADIENT,
  backendName: 'wasm',
  kernelFunc: ({ inputs, attrs, backend }) =>
    backward(backend, inputs as unknown as Inputs, (attrs as { length: number }).length),
});
