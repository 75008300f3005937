import * as tf from '@tensorflow/tfjs-core';

/** The part of the WASM backend that kernels here use; all of it is TensorFlow.js's public backend interface. */
export type WasmBackend = tf.KernelBackend;

/** A kernel of the WASM backend, typed by its inputs and attributes. */
export interface WasmKernel<Inputs extends string, Attributes, Result = tf.TensorInfo> {
  readonly name: string;
  readonly run: (
    backend: WasmBackend,
    inputs: Readonly<Record<Inputs, tf.TensorInfo>>,
    attributes: Attributes,
  ) => Result;
}

/** Registers a kernel that the WASM backend lacks, or replaces its own; setup of the replaced one is kept. */
export function registerWasmKernel<Inputs extends string, Attributes>(
  kernel: WasmKernel<Inputs, Attributes, tf.TensorInfo | tf.TensorInfo[]>,
): void {
  const original = tf.getKernel(kernel.name, 'wasm');
  if (original !== undefined) tf.unregisterKernel(kernel.name, 'wasm');
  tf.registerKernel({
    kernelName: kernel.name,
    backendName: 'wasm',
    ...(original?.setupFunc === undefined ? {} : { setupFunc: original.setupFunc }),
    kernelFunc: ({ backend, inputs, attrs }) =>
      kernel.run(
        backend as WasmBackend,
        inputs as Readonly<Record<Inputs, tf.TensorInfo>>,
        attrs as Attributes,
      ),
  });
}

/** Runs another kernel of the WASM backend on tensors that the engine does not track; the caller disposes the result. */
export function runWasmKernel(
  name: string,
  backend: WasmBackend,
  inputs: Record<string, tf.TensorInfo>,
  attrs: Record<string, unknown>,
): tf.TensorInfo {
  const config = tf.getKernel(name, 'wasm');
  if (config === undefined) throw new Error(`runWasmKernel: the WASM backend has no kernel '${name}'`);
  const result = config.kernelFunc({ inputs, attrs: attrs as unknown as tf.NamedAttrMap, backend });
  if (Array.isArray(result))
    throw new Error(`runWasmKernel: '${name}' returned ${result.length} tensors, wanted one`);
  return result;
}

/** The values of a float32 tensor, copied out of the backend. */
export function readFloats(backend: WasmBackend, info: tf.TensorInfo): Float32Array {
  return backend.readSync(info.dataId) as Float32Array;
}

/** A new float32 tensor of the backend. */
export function writeFloats(
  backend: WasmBackend,
  values: Float32Array | Float64Array,
  shape: number[],
): tf.TensorInfo {
  const floats = values instanceof Float32Array ? values : Float32Array.from(values);
  return { dataId: backend.write(floats, shape, 'float32'), shape, dtype: 'float32' };
}
