import { arenaOf, clearFloats, kernelFunctions } from '@prismamba/backend';
import * as tf from '@tensorflow/tfjs-core';
import { runBackward, runForward, type DirectionScan } from '../simd/directions.wasm.js';
import { ssdKernel } from '../ssd-scan/ssd-kernel.wasm.js';
import {
  SS2D_SSD_INPUTS,
  SS2D_SSD_SCAN,
  SS2D_SSD_SCAN_GRADIENT,
  type Ss2dSsdInput,
} from './ss2d-ssd-scan.names.js';

type Inputs = Readonly<Record<Ss2dSsdInput, tf.TensorInfo>>;
type GradientInputs = Inputs & Readonly<Record<'states' | 'dy', tf.TensorInfo>>;

function prepare(kernel: string, backend: unknown, inputs: Inputs) {
  const arena = arenaOf(kernel, backend);
  const run = kernelFunctions(arena, ssdKernel);
  const [batch, height, width, D] = inputs.x.shape as [number, number, number, number];
  const [, heads, P] = inputs.Ds.shape as [number, number, number];
  const outputs = inputs.xProjWeight.shape[1]!;
  const N = (outputs - heads) / 2;
  /** Element of direction k in each parameter. */
  const first = (k: number): Record<Exclude<Ss2dSsdInput, 'x'>, number> => ({
    xProjWeight: k * outputs * D,
    dtProjsBias: k * heads,
    ALogs: k * heads,
    Ds: k * D,
  });
  const scan: DirectionScan<(typeof ssdKernel.functions)[number]> = {
    ...{ module: ssdKernel, arena, batch, shape: [height, width, D], sizes: [height, width, heads, P, N] },
    ...{ forward: 'forwardDirection', backward: 'backwardDirection' },
    stateBytes: run.stateBytes(height * width, heads, P, N),
    carryBytes: run.carryBytes(heads, P, N),
    packBytes: run.packBytes(heads, P, outputs),
    scratchBytes: run.scratchBytes(heads, P, N, outputs),
    pack: (k, pack, table) => {
      const from = first(k);
      const at = (name: keyof typeof from) => arena.pointer(inputs[name]) + 4 * from[name];
      run.packGroup(at('ALogs'), at('dtProjsBias'), at('Ds'), 1, heads, P, pack, outputs, table);
      run.packProjection(at('xProjWeight'), heads, P, outputs, pack);
    },
  };
  return { arena, run, batch, heads, P, outputs, first, scan };
}

/** y [B, H, W, D] and, where asked, the states at the chunk starts [B, 4, floats]. */
function forward(backend: unknown, inputs: Inputs, saveStates: boolean): tf.TensorInfo[] {
  const { arena, batch, scan } = prepare(SS2D_SSD_SCAN, backend, inputs);
  const y = arena.makeOutput(inputs.x.shape, 'float32');
  const states = arena.makeOutput(saveStates ? [batch, 4, scan.stateBytes / 4] : [0], 'float32');
  const kept = saveStates && scan.stateBytes > 0 ? arena.pointer(states) : 0;
  runForward(scan, { x: arena.pointer(inputs.x), y: arena.pointer(y), states: kept });
  return [y, states];
}

/** Gradients in the order of the inputs. */
function backward(backend: unknown, inputs: GradientInputs): tf.TensorInfo[] {
  const { arena, run, heads, P, outputs, first, scan } = prepare(SS2D_SSD_SCAN_GRADIENT, backend, inputs);
  const gradients = Object.fromEntries(
    SS2D_SSD_INPUTS.map((name) => [name, arena.makeOutput(inputs[name].shape, 'float32')]),
  ) as unknown as Inputs;
  for (const name of SS2D_SSD_INPUTS) {
    const size = inputs[name].shape.reduce((product, length) => product * length, 1);
    if (name !== 'x') clearFloats(arena, arena.pointer(gradients[name]), size);
  }
  const pointers = {
    x: arena.pointer(inputs.x),
    dy: arena.pointer(inputs.dy),
    states: scan.stateBytes > 0 ? arena.pointer(inputs.states) : 0,
    dx: arena.pointer(gradients.x),
  };
  runBackward(scan, pointers, (k, pack, dPack, table) => {
    const from = first(k);
    const at = (name: keyof typeof from) => arena.pointer(gradients[name]) + 4 * from[name];
    run.addParameterGradients(...[pack, dPack, 1, heads, P, at('ALogs'), at('dtProjsBias'), at('Ds'), table]);
    run.addProjectionGradient(dPack, heads, P, outputs, at('xProjWeight'));
  });
  return SS2D_SSD_INPUTS.map((name) => gradients[name]);
}

tf.registerKernel({
  kernelName: SS2D_SSD_SCAN,
  backendName: 'wasm',
  kernelFunc: ({ backend, inputs, attrs }) =>
    forward(backend, inputs as unknown as Inputs, (attrs as { saveStates?: boolean }).saveStates === true),
});
tf.registerKernel({
  kernelName: SS2D_SSD_SCAN_GRADIENT,
  backendName: 'wasm',
  kernelFunc: ({ backend, inputs }) => backward(backend, inputs as unknown as GradientInputs),
});
