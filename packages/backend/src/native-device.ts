/** What native TensorFlow computes on; `unknown` where its backend does not say. */
export type NativeDevice = 'gpu' | 'cpu' | 'unknown';

/**
 * Asks the backend of `@tensorflow/tfjs-node` or `@tensorflow/tfjs-node-gpu`. The CUDA package also loads on machines without
 * a GPU or without the right driver, and then computes on the CPU.
 */
export function nativeDevice(backend: unknown): NativeDevice {
  if (typeof backend !== 'object' || backend === null || !('isUsingGpuDevice' in backend)) return 'unknown';
  const { isUsingGpuDevice } = backend;
  if (typeof isUsingGpuDevice !== 'boolean') return 'unknown';
  return isUsingGpuDevice ? 'gpu' : 'cpu';
}
