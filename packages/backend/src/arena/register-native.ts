import { registerKernels, type Operator } from '@prismamba/core/operator';
import * as tf from '@tensorflow/tfjs-core';
import { nativeDevice } from '../native-device.js';
import { hasSimd } from '../wasm-features.js';
import { arraysArena } from './arrays-arena.js';
import type { WasmKernels } from './register-wasm.js';

/** What is used of a backend to read and write the bytes of its tensors. */
interface ReadableBackend {
  readSync(dataId: object): tf.BackendValues;
  write(values: Float32Array, shape: number[], dtype: 'float32'): object;
}

type Infos = Readonly<Record<string, tf.TensorInfo | undefined>>;

/**
 * Registers an operator's SIMD kernels for native TensorFlow where it computes on the CPU: each call copies its inputs into a memory of
 * WebAssembly and its results out of it, which costs little beside the composed form of a scan.
 */
export function registerNative<I extends object, A extends object, O extends object, K extends string>(
  operator: Operator<I, A, O, K>,
  { supports, forward, backward }: WasmKernels<I, A, O, K>,
): void {
  if (backward === undefined) throw new Error(`registerNative: ${operator.name}: backward: got none`);
  /** Runs a kernel on copies of every tensor of the call, and gives what it makes as tensors of the backend. */
  const onCopies = <R extends object>(
    backend: ReadableBackend,
    groups: Readonly<Record<string, Infos>>,
    run: (copies: Readonly<Record<string, Infos>>) => R,
  ): R =>
    arraysArena().use(({ put, take }) => {
      const copy = (infos: Infos): Infos =>
        Object.fromEntries(
          Object.entries(infos).map(([name, info]) => [
            name,
            info && put({ data: backend.readSync(info.dataId) as Float32Array, shape: info.shape }),
          ]),
        );
      const copies = Object.fromEntries(Object.entries(groups).map(([group, infos]) => [group, copy(infos)]));
      const results = Object.entries(run(copies) as Infos).map(([name, info]) => {
        if (info === undefined) return [name, info];
        const { shape } = info;
        return [name, { dataId: backend.write(take(info), [...shape], 'float32'), shape, dtype: 'float32' }];
      });
      return Object.fromEntries(results) as R;
    });
  registerKernels(operator, 'tensorflow', {
    available: () => hasSimd() && nativeDevice(tf.backend()) === 'cpu',
    ...(supports === undefined ? {} : { supports }),
    forward: (call) =>
      onCopies(call.backend as ReadableBackend, { inputs: call.inputs as Infos }, (copies) =>
        forward(arraysArena(), { ...call, ...copies }),
      ),
    backward: (call) => {
      const { inputs, outputs, intermediates, upstream } = call as unknown as Record<string, Infos>;
      const groups = {
        inputs: inputs!,
        outputs: outputs!,
        intermediates: intermediates!,
        upstream: upstream!,
      };
      return onCopies(call.backend as ReadableBackend, groups, (copies) =>
        backward(arraysArena(), { ...call, ...copies }),
      );
    },
  });
}
