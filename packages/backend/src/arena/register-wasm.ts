import {
  registerKernels,
  type BackwardKernelCall,
  type ForwardKernelCall,
  type Operator,
  type OperatorKernels,
} from '@prismamba/core/operator';
import * as tf from '@tensorflow/tfjs-core';
import { hasSimd } from '../wasm-features.js';
import { arenaOf } from './arena-of.js';
import { wasmArena, type WasmArena } from './wasm-arena.js';

/** The kernels of an operator on the memory of TensorFlow.js's WASM backend. */
export interface WasmKernels<I, A, O, K extends string> {
  /** Whether they can run on these inputs; where they cannot, the composed form runs. True unless stated. */
  readonly supports?: OperatorKernels<I, A, O, K>['supports'];
  readonly forward: (
    arena: WasmArena,
    call: ForwardKernelCall<I, A>,
  ) => ReturnType<OperatorKernels<I, A, O, K>['forward']>;
  readonly backward?: (
    arena: WasmArena,
    call: BackwardKernelCall<I, A, O, K>,
  ) => ReturnType<NonNullable<OperatorKernels<I, A, O, K>['backward']>>;
}

/**
 * Registers an operator's SIMD kernels for the WASM backend. They need its memory, which is not public: where the feature
 * test fails, and on engines without SIMD, the operator runs its composed form.
 */
export function registerWasm<I extends object, A extends object, O extends object, K extends string>(
  operator: Operator<I, A, O, K>,
  { supports, forward, backward }: WasmKernels<I, A, O, K>,
): void {
  registerKernels(operator, 'wasm', {
    available: () => hasSimd() && wasmArena(tf.backend()) !== undefined,
    ...(supports === undefined ? {} : { supports }),
    forward: (call) => forward(arenaOf(operator.name, call.backend), call),
    ...(backward === undefined
      ? {}
      : { backward: (call) => backward(arenaOf(operator.gradientName, call.backend), call) }),
  });
}
