import { arenaOf, kernelFunctions, type KernelModule } from '@prismamba/backend';
import * as tf from '@tensorflow/tfjs-core';
import { base64, relaxedBase64 } from '../generated/ss2d-scan.wasm.js';
import { runBackward, runForward, type DirectionScan } from '../simd/directions.wasm.js';
import { SS2D_SCAN, SS2D_SCAN_GRADIENT } from './ss2d-scan.names.js';

type Inputs = Readonly<Record<string, tf.TensorInfo>>;

const module = {
  name: 'ss2d-scan',
  functions: [
    'packBytes',
    'scratchBytes',
    'stateBytes',
    'carryBytes',
    'packDirection',
    'scanDirection',
    'scanDirectionBackward',
    'unpackGradients',
    'addInOrder',
  ],
  base64,
  relaxedBase64,
} as const satisfies KernelModule;

function prepare(kernel: string, backend: unknown, inputs: Inputs) {
  const arena = arenaOf(kernel, backend);
  const run = kernelFunctions(arena, module);
  const [batch, height, width, D] = inputs['x']!.shape as [number, number, number, number];
  const R = inputs['dtProjsWeight']!.shape[2]!;
  const N = inputs['ALogs']!.shape[1]!;
  const P = R + 2 * N;
  const at = (name: string, floats: number) => arena.pointer(inputs[name]!) + 4 * floats;
  const scan: DirectionScan<(typeof module.functions)[number]> = {
    ...{ module, arena, batch, shape: [height, width, D], sizes: [height, width, D, R, N] },
    ...{ forward: 'scanDirection', backward: 'scanDirectionBackward' },
    stateBytes: run.stateBytes(height * width, D, N),
    carryBytes: run.carryBytes(D, N),
    packBytes: run.packBytes(D, R, N),
    scratchBytes: run.scratchBytes(D, R, N),
    pack: (k, pack, table) => {
      run.packDirection(
        ...[at('xProjWeight', k * P * D), at('dtProjsWeight', k * D * R), at('dtProjsBias', k * D)],
        ...[at('ALogs', k * D * N), at('Ds', k * D), D, R, N, pack, table],
      );
    },
  };
  return { arena, run, batch, height, width, D, R, N, P, scan };
}

/** y [B, H, W, D] and, where asked, the states at the chunk starts [B, 4, floats]. */
function forward(backend: unknown, inputs: Inputs, saveStates: boolean): tf.TensorInfo[] {
  const { arena, batch, height, width, D, scan } = prepare(SS2D_SCAN, backend, inputs);
  const y = arena.makeOutput([batch, height, width, D], 'float32');
  const states = arena.makeOutput(saveStates ? [batch, 4, scan.stateBytes / 4] : [0], 'float32');
  const pointers = { x: arena.pointer(inputs['x']!), y: arena.pointer(y) };
  runForward(scan, { ...pointers, states: saveStates ? arena.pointer(states) : 0 });
  return [y, states];
}

/** Gradients in the order of the inputs. */
function backward(backend: unknown, inputs: Inputs): tf.TensorInfo[] {
  const { arena, run, batch, height, width, D, R, N, P, scan } = prepare(SS2D_SCAN_GRADIENT, backend, inputs);
  const outputs = [[batch, height, width, D], [4, P, D], [4, D, R], [4, D], [4 * D, N], [4 * D]].map(
    (shape) => arena.makeOutput(shape, 'float32'),
  );
  const at = (i: number, floats: number) => arena.pointer(outputs[i]!) + 4 * floats;
  const pointer = (name: string) => arena.pointer(inputs[name]!);
  const pointers = { x: pointer('x'), dy: pointer('dy'), states: pointer('states'), dx: at(0, 0) };
  runBackward(scan, pointers, (k, pack, dPack, table) => {
    run.unpackGradients(
      ...[pack, dPack, D, R, N, at(1, k * P * D), at(2, k * D * R), at(3, k * D)],
      ...[at(4, k * D * N), at(5, k * D), table],
    );
  });
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
