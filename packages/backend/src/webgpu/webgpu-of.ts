import type * as tf from '@tensorflow/tfjs-core';

/**
 * What the shaders use of TensorFlow.js's WebGPU backend and of the browser's objects. Most of it is not public: `webgpuOf`
 * looks for all of it before anything runs.
 */
export interface WebgpuBackend {
  readonly device: GpuDevice;
  readonly tensorMap: { get(dataId: object): { resource?: GpuBuffer | null } };
  commandEncoder: GpuEncoder | null;
  computePassEncoder: GpuPass | null;
  dispatchCountInPass: number;
  readonly commandQueueOwnedIds: WeakSet<object>;
  makeTensorInfo(shape: number[], dtype: tf.DataType, values?: Float32Array): tf.TensorInfo;
  uploadToGPU(dataId: object): void;
  disposeData(dataId: object): boolean;
  ensureCommandEncoderReady(): void;
  endComputePassEncoder(): void;
  submitQueue(): void;
  makeUniforms(values: readonly { type: 'uint32' | 'float32'; data: number[] }[]): object;
  read(dataId: object): Promise<Float32Array>;
}

export interface GpuLimits {
  /** Largest binding of a buffer, bytes. */
  readonly maxStorageBufferBindingSize: number;
  readonly maxComputeWorkgroupsPerDimension: number;
  /** Memory that the invocations of one workgroup share, bytes. */
  readonly maxComputeWorkgroupStorageSize: number;
  readonly maxComputeInvocationsPerWorkgroup: number;
  readonly maxStorageBuffersPerShaderStage: number;
}

export interface GpuBuffer {
  readonly size: number;
}

interface GpuPass {
  setPipeline(pipeline: GpuPipeline): void;
  setBindGroup(index: number, group: object): void;
  dispatchWorkgroups(x: number, y: number, z: number): void;
}

interface GpuEncoder {
  beginComputePass(): GpuPass;
  copyBufferToBuffer(
    from: GpuBuffer,
    fromOffset: number,
    to: GpuBuffer,
    toOffset: number,
    size: number,
  ): void;
  clearBuffer(buffer: GpuBuffer, offset: number, size: number): void;
}

export interface GpuPipeline {
  getBindGroupLayout(index: number): object;
}

export interface GpuDevice {
  readonly limits: GpuLimits;
  readonly lost: Promise<{ readonly reason?: string; readonly message?: string }>;
  createShaderModule(descriptor: { code: string; label: string }): object;
  createComputePipeline(descriptor: object): GpuPipeline;
  createBindGroup(descriptor: object): object;
  pushErrorScope(filter: 'validation' | 'out-of-memory'): void;
  popErrorScope(): Promise<{ readonly message: string } | null>;
  addEventListener(
    type: 'uncapturederror',
    listener: (event: { readonly error: { readonly message: string } }) => void,
  ): void;
  destroy(): void;
}

const methods = [
  'makeTensorInfo',
  'uploadToGPU',
  'disposeData',
  'ensureCommandEncoderReady',
  'endComputePassEncoder',
  'submitQueue',
  'makeUniforms',
  'read',
] as const;

/** The backend with what shaders need of it, or undefined where this is none or a version that lacks something. */
export function webgpuOf(backend: unknown): WebgpuBackend | undefined {
  const parts = (backend ?? {}) as Readonly<Record<string, unknown>>;
  const complete =
    typeof (parts['device'] as { createComputePipeline?: unknown } | undefined)?.createComputePipeline ===
      'function' &&
    parts['commandQueueOwnedIds'] instanceof WeakSet &&
    typeof parts['dispatchCountInPass'] === 'number' &&
    methods.every((name) => typeof parts[name] === 'function');
  return complete ? (backend as WebgpuBackend) : undefined;
}

/** The same for a kernel, whose name is in the error. @throws Error where this version of the backend lacks something. */
export function webgpuFor(kernel: string, backend: unknown): WebgpuBackend {
  const gpu = webgpuOf(backend);
  if (gpu === undefined) {
    throw new Error(`${kernel}: this version of the WebGPU backend gives no access to its command queue`);
  }
  return gpu;
}
