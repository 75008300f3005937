import * as tf from '@tensorflow/tfjs-core';

type Factory = () => unknown;

function restart(factory: Factory): void {
  tf.removeBackend('webgpu');
  tf.registerBackend('webgpu', factory as Parameters<typeof tf.registerBackend>[1], 3);
}

/** Runs `body`, which starts the WebGPU backend, with what `make` does to the factory of its devices. The backend is gone before and after. */
export async function withWebgpuFactory<T>(
  make: (factory: Factory) => unknown,
  body: () => Promise<T>,
): Promise<T> {
  const factory = tf.findBackendFactory('webgpu') as Factory;
  restart(() => make(factory));
  try {
    return await body();
  } finally {
    restart(factory);
  }
}

interface Gpu {
  requestAdapter(options?: object): Promise<{ requestDevice(descriptor?: object): Promise<unknown> }>;
}

/** The same with a device that has the limits of every WebGPU device and no higher ones: TensorFlow.js asks for all that there is. */
export function withStandardLimits<T>(body: () => Promise<T>): Promise<T> {
  return withWebgpuFactory(async (factory) => {
    const { gpu } = navigator as unknown as { gpu: Gpu };
    const request = gpu.requestAdapter.bind(gpu);
    gpu.requestAdapter = async (options) => {
      const adapter = await request(options);
      const device = adapter.requestDevice.bind(adapter);
      adapter.requestDevice = () => device({});
      return adapter;
    };
    try {
      return await factory();
    } finally {
      gpu.requestAdapter = request;
    }
  }, body);
}

/** Reads from the current WebGPU backend's device, counted from now on. */
export function countReads(): () => number {
  const backend = tf.backend() as unknown as { getBufferData(buffer: object): Promise<ArrayBuffer> };
  const read = backend.getBufferData.bind(backend);
  let count = 0;
  backend.getBufferData = (buffer) => {
    count++;
    return read(buffer);
  };
  return () => count;
}
