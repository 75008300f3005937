import { kernelFunctions, wasmArena, type KernelModule, type WasmArena } from '@prismamba/backend';
import * as tf from '@tensorflow/tfjs-core';
import { base64, relaxedBase64 } from '../generated/ss2d-scan.wasm.js';
import { TABLE_BYTES, writeTable } from '../simd/scan-table.wasm.js';
import { clear, withScratch } from '../simd/scratch.wasm.js';
import { SS2D_SCAN, SS2D_SCAN_GRADIENT } from './ss2d-scan.names.js';

type Inputs = Readonly<Record<string, tf.TensorInfo>>;

const kernelModule: KernelModule<
  | 'packBytes'
  | 'scratchBytes'
  | 'stateBytes'
  | 'packDirection'
  | 'scanDirection'
  | 'scanDirectionBackward'
  | 'unpackGradients'
> = {
  name: 'ss2d-scan',
  functions: [
    'packBytes',
    'scratchBytes',
    'stateBytes',
    'packDirection',
    'scanDirection',
    'scanDirectionBackward',
    'unpackGradients',
  ],
  base64,
  relaxedBase64,
};

const DIRECTIONS = [0, 1, 2, 3] as const;

function arenaOf(backend: unknown): WasmArena {
  const arena = wasmArena(backend);
  if (arena === undefined) {
    throw new Error(`${SS2D_SCAN}: this version of the WASM backend gives no access to its memory`);
  }
  return arena;
}

/** Sizes and functions that forward and backward share; `weights` points to direction k of each weight. */
function prepare(backend: unknown, inputs: Inputs) {
  const arena = arenaOf(backend);
  const run = kernelFunctions(arena, kernelModule);
  const [batch, height, width, D] = inputs['x']!.shape as [number, number, number, number];
  const R = inputs['dtProjsWeight']!.shape[2]!;
  const N = inputs['ALogs']!.shape[1]!;
  const P = R + 2 * N;
  const at = (name: string, floats: number) => arena.pointer(inputs[name]!) + 4 * floats;
  const weights = (k: number): [number, number, number, number, number] => [
    at('xProjWeight', k * P * D),
    at('dtProjsWeight', k * D * R),
    at('dtProjsBias', k * D),
    at('ALogs', k * D * N),
    at('Ds', k * D),
  ];
  return { arena, run, batch, height, width, D, R, N, P, image: height * width * D, weights };
}

/** y [B, H, W, D] and, where asked, the states at the chunk starts [B, 4, floats]. */
function forward(backend: unknown, inputs: Inputs, saveStates: boolean): tf.TensorInfo[] {
  const { arena, run, batch, height, width, D, R, N, image, weights } = prepare(backend, inputs);
  const stateBytes = run.stateBytes(height * width, D, N);
  const y = arena.makeOutput([batch, height, width, D], 'float32');
  const states = arena.makeOutput(saveStates ? [batch, 4, stateBytes / 4] : [0], 'float32');
  withScratch(
    arena,
    [TABLE_BYTES, run.packBytes(D, R, N), run.scratchBytes(D, R, N)],
    (table, pack, scratch) => {
      writeTable(arena, table);
      const output = arena.pointer(y);
      clear(arena, output, batch * image);
      const x = arena.pointer(inputs['x']!);
      for (const k of DIRECTIONS) {
        run.packDirection(...weights(k), D, R, N, pack, table);
        for (let b = 0; b < batch; b++) {
          const kept = saveStates ? arena.pointer(states) + (b * 4 + k) * stateBytes : 0;
          const offset = 4 * b * image;
          run.scanDirection(
            x + offset,
            pack,
            output + offset,
            kept,
            k,
            height,
            width,
            D,
            R,
            N,
            scratch,
            table,
          );
        }
      }
    },
  );
  return [y, states];
}

/** Gradients in the order of the inputs. */
function backward(backend: unknown, inputs: Inputs): tf.TensorInfo[] {
  const { arena, run, batch, height, width, D, R, N, P, image, weights } = prepare(backend, inputs);
  const stateBytes = run.stateBytes(height * width, D, N);
  const packBytes = run.packBytes(D, R, N);
  const outputs = [[batch, height, width, D], [4, P, D], [4, D, R], [4, D], [4 * D, N], [4 * D]].map(
    (shape) => arena.makeOutput(shape, 'float32'),
  );
  withScratch(
    arena,
    [TABLE_BYTES, packBytes, packBytes, run.scratchBytes(D, R, N)],
    (table, pack, dPack, scratch) => {
      writeTable(arena, table);
      const at = (i: number, floats: number) => arena.pointer(outputs[i]!) + 4 * floats;
      clear(arena, at(0, 0), batch * image);
      const x = arena.pointer(inputs['x']!);
      const dy = arena.pointer(inputs['dy']!);
      const states = arena.pointer(inputs['states']!);
      for (const k of DIRECTIONS) {
        run.packDirection(...weights(k), D, R, N, pack, table);
        clear(arena, dPack, packBytes / 4);
        for (let b = 0; b < batch; b++) {
          const offset = 4 * b * image;
          const kept = states + (b * 4 + k) * stateBytes;
          run.scanDirectionBackward(
            ...[x + offset, pack, dy + offset, kept, at(0, 0) + offset, dPack, k, height, width],
            ...[D, R, N, scratch, table],
          );
        }
        run.unpackGradients(
          ...[pack, dPack, D, R, N, at(1, k * P * D), at(2, k * D * R), at(3, k * D)],
          ...[at(4, k * D * N), at(5, k * D), table],
        );
      }
    },
  );
  return outputs;
}

tf.registerKernel({
  kernelName: SS2D_SCAN,
  backendName: 'wasm',
  kernelFunc: ({ backend, inputs, attrs }) =>
    forward(backend, inputs as Inputs, (attrs as { saveStates?: boolean }).saveStates === true),
});
tf.registerKernel({
  kernelName: SS2D_SCAN_GRADIENT,
  backendName: 'wasm',
  kernelFunc: ({ backend, inputs }) => backward(backend, inputs as Inputs),
});
