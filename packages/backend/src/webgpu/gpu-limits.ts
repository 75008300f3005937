import { sharedState } from '../shared-state.js';
import type { GpuLimits, WebgpuBackend } from './webgpu-of.js';

const state = /* @__PURE__ */ sharedState('webgpu-limits', (): { lowered: Partial<GpuLimits> } => ({
  lowered: {},
}));

/**
 * What the device allows. TensorFlow.js asks the adapter for all it has when it makes the device; a kernel asks here, and cuts
 * its work to fit.
 */
export function gpuLimits({ device: { limits } }: WebgpuBackend): GpuLimits {
  const lower = (name: keyof GpuLimits) => Math.min(limits[name], state.lowered[name] ?? Infinity);
  return {
    maxStorageBufferBindingSize: lower('maxStorageBufferBindingSize'),
    maxComputeWorkgroupsPerDimension: lower('maxComputeWorkgroupsPerDimension'),
    maxComputeWorkgroupStorageSize: lower('maxComputeWorkgroupStorageSize'),
    maxComputeInvocationsPerWorkgroup: lower('maxComputeInvocationsPerWorkgroup'),
    maxStorageBuffersPerShaderStage: lower('maxStorageBuffersPerShaderStage'),
  };
}

/** Runs `body` as on a device with lower limits: `dispatch` refuses what such a device would refuse. */
export async function withLowerLimits<T>(limits: Partial<GpuLimits>, body: () => T | Promise<T>): Promise<T> {
  const before = state.lowered;
  state.lowered = limits;
  try {
    return await body();
  } finally {
    state.lowered = before;
  }
}
