import { arenaOf, clearFloats, kernelFunctions, withScratch, type KernelModule } from '@prismamba/backend';
import * as tf from '@tensorflow/tfjs-core';
import { base64, relaxedBase64 } from '../generated/short-sequences.wasm.js';
import { TABLE_BYTES, writeTable } from '../simd/scan-table.wasm.js';
import { SHORT_SCAN, SHORT_SCAN_GRADIENT, SHORT_SCAN_INPUTS } from './short-scan.gradient.js';

const module = {
  name: 'short-sequences',
  functions: ['scanPackBytes', 'scanScratchBytes', 'packScan', 'scanForward', 'scanBackward'],
  base64,
  relaxedBase64,
} as const satisfies KernelModule;

type Inputs = Readonly<Record<(typeof SHORT_SCAN_INPUTS)[number] | 'dy', tf.TensorInfo>>;

/** Sizes, and where the parts of `both` and `projected` begin. */
function problem(kernel: string, backend: unknown, inputs: Inputs, length: number) {
  const arena = arenaOf(kernel, backend);
  const [tokens = 0, D = 0] = inputs.u.shape;
  const N = inputs.A.shape[1] ?? 0;
  const columns = inputs.projected.shape[1] ?? 0;
  return {
    ...{ arena, run: kernelFunctions(arena, module), tokens, D, N, sequences: tokens / length },
    zBytes: 4 * D,
    zRow: 8 * D,
    matrixBytes: 4 * (columns - 2 * N),
    matrixRow: 4 * columns,
  };
}

function forward(backend: unknown, inputs: Inputs, length: number): tf.TensorInfo {
  const { arena, run, tokens, D, N, sequences, zBytes, zRow, matrixBytes, matrixRow } = problem(
    SHORT_SCAN,
    backend,
    inputs,
    length,
  );
  const y = arena.makeOutput([tokens, D], 'float32');
  const sizes = [TABLE_BYTES, run.scanPackBytes(D, N), run.scanScratchBytes(length, N)];
  withScratch(arena, sizes, (table, pack, scratch) => {
    writeTable(arena, table);
    const at = (name: keyof Inputs): number => arena.pointer(inputs[name]);
    run.packScan(at('A'), at('bias'), at('skip'), D, N, pack, table, 0);
    run.scanForward(
      ...[at('u'), at('step'), at('both') + zBytes, zRow, at('projected') + matrixBytes, matrixRow],
      ...[arena.pointer(y), pack, sequences, length, D, N, scratch, table],
    );
  });
  return y;
}

function backward(backend: unknown, inputs: Inputs, length: number): tf.TensorInfo[] {
  const { arena, run, D, N, sequences, zBytes, zRow, matrixBytes, matrixRow } = problem(
    SHORT_SCAN_GRADIENT,
    backend,
    inputs,
    length,
  );
  const out = Object.fromEntries(
    SHORT_SCAN_INPUTS.map((name) => [name, arena.makeOutput(inputs[name].shape, 'float32')]),
  ) as unknown as Inputs;
  const packBytes = run.scanPackBytes(D, N);
  const sizes = [TABLE_BYTES, packBytes, packBytes, run.scanScratchBytes(length, N)];
  withScratch(arena, sizes, (table, pack, dPack, scratch) => {
    writeTable(arena, table);
    const at = (name: keyof Inputs): number => arena.pointer(inputs[name]);
    const to = (name: keyof Inputs): number => arena.pointer(out[name]);
    // Only z's half of `both` and the last 2N columns of `projected` are written by the kernel.
    for (const name of ['both', 'projected'] as const) {
      clearFloats(arena, to(name), inputs[name].shape[0]! * inputs[name].shape[1]!);
    }
    clearFloats(arena, dPack, packBytes / 4);
    run.packScan(at('A'), at('bias'), at('skip'), D, N, pack, table, 0);
    run.scanBackward(
      ...[at('u'), at('step'), at('both') + zBytes, zRow, at('projected') + matrixBytes, matrixRow],
      ...[at('dy'), pack, to('u'), to('step'), to('both') + zBytes, to('projected') + matrixBytes, dPack],
      ...[sequences, length, D, N, scratch, table],
    );
    run.packScan(to('A'), to('bias'), to('skip'), D, N, dPack, table, 1);
  });
  return SHORT_SCAN_INPUTS.map((name) => out[name]);
}

tf.registerKernel({
  kernelName: SHORT_SCAN,
  backendName: 'wasm',
  kernelFunc: ({ inputs, attrs, backend }) =>
    forward(backend, inputs as unknown as Inputs, (attrs as { length: number }).length),
});

tf.registerKernel({
  kernelName: SHORT_SCAN_GRADIENT,
  backendName: 'wasm',
  kernelFunc: ({ inputs, attrs, backend }) =>
    backward(backend, inputs as unknown as Inputs, (attrs as { length: number }).length),
});
