import { geluOperator } from '@prismamba/core/gelu';
import { util } from '@tensorflow/tfjs-core';
import { kernelLaunchers } from '../arena/kernel-module.js';
import { registerWasm } from '../arena/register-wasm.js';
import { geluKernel as module } from '../generated/gelu.wasm.js';

/** The exact GELU; TensorFlow.js has no such kernel. */
export function registerGelu(): void {
  registerWasm(geluOperator, {
    forward(arena, { inputs: { x } }) {
      const y = arena.makeOutput(x.shape, 'float32');
      const count = util.sizeFromShape(x.shape);
      kernelLaunchers(arena, module).gelu({ x: arena.pointer(x), y: arena.pointer(y), count });
      return { y };
    },

    backward(arena, { inputs: { x }, upstream }) {
      const dx = arena.makeOutput(x.shape, 'float32');
      const pointers = { x: arena.pointer(x), dy: arena.pointer(upstream.y), dx: arena.pointer(dx) };
      kernelLaunchers(arena, module).geluGrad({ ...pointers, count: util.sizeFromShape(x.shape) });
      return { x: dx };
    },
  });
}
