import * as tf from '@tensorflow/tfjs-core';
import { gpuLimits } from './gpu-limits.js';
import type { GpuBuffer, GpuPipeline, WebgpuBackend } from './webgpu-of.js';

/** A compute shader: what it binds, and its body in WGSL with `fn main(group: u32, local: u32)`. */
export interface Shader<Buffers extends string = string, Uniforms extends string = string> {
  /** For errors and profiles. */
  readonly name: string;
  /** Bound in this order, each an `array<f32>` of its name; every one has to be used. */
  readonly buffers: Readonly<Record<Buffers, 'read' | 'read_write'>>;
  /** Numbers (u32) that change between calls, as `uniforms.name`. */
  readonly uniforms: readonly Uniforms[];
  /** Numbers (u32) that are compiled in, as `name`: each combination is a pipeline of its own. */
  readonly constants?: Readonly<Record<string, number>>;
  /** Invocations of a workgroup. */
  readonly workgroupSize: number;
  /** Bytes that `body` declares as `var<workgroup>`. */
  readonly sharedBytes?: number;
  readonly body: string;
}

/** `group` counts the workgroups of a call in one dimension, however they are laid out for the device. */
function source({ buffers, uniforms, constants = {}, workgroupSize, body }: Shader): string {
  const bindings = Object.entries<'read' | 'read_write'>(buffers);
  return [
    ...Object.entries(constants).map(([name, value]) => `const ${name} = ${value}u;`),
    `const WORKGROUP = ${workgroupSize}u;`,
    `struct Uniforms { ${[...uniforms, 'groups'].map((name) => `${name}: u32,`).join(' ')} };`,
    ...bindings.map(
      ([name, access], i) => `@group(0) @binding(${i}) var<storage, ${access}> ${name}: array<f32>;`,
    ),
    `@group(0) @binding(${bindings.length}) var<uniform> uniforms: Uniforms;`,
    body,
    `@compute @workgroup_size(${workgroupSize})
fn start(@builtin(workgroup_id) id: vec3<u32>, @builtin(num_workgroups) count: vec3<u32>,
         @builtin(local_invocation_index) local: u32) {
  let group = (id.z * count.y + id.y) * count.x + id.x;
  if (group < uniforms.groups) { main(group, local); }
}`,
  ].join('\n');
}

const pipelines = /* @__PURE__ */ new WeakMap<object, Map<string, GpuPipeline>>();

function pipelineOf(gpu: WebgpuBackend, shader: Shader): GpuPipeline {
  let known = pipelines.get(gpu.device);
  if (known === undefined) pipelines.set(gpu.device, (known = new Map()));
  const code = source(shader);
  let pipeline = known.get(code);
  if (pipeline === undefined) {
    const { name: label } = shader;
    const module = gpu.device.createShaderModule({ code, label });
    pipeline = gpu.device.createComputePipeline({
      label,
      layout: 'auto',
      compute: { module, entryPoint: 'start' },
    });
    known.set(code, pipeline);
  }
  return pipeline;
}

/** The buffer of a tensor, on the device. */
export function bufferOf(gpu: WebgpuBackend, { dataId }: tf.TensorInfo): GpuBuffer {
  gpu.uploadToGPU(dataId);
  gpu.commandQueueOwnedIds.add(dataId); // it lives until the queue is submitted
  return gpu.tensorMap.get(dataId).resource!;
}

/** Workgroups in up to three dimensions, at least as many as asked for. @throws Error where they are too many. */
function layOut(name: string, groups: number, most: number): [number, number, number] {
  const x = Math.min(groups, most);
  const y = Math.min(Math.ceil(groups / x), most);
  const z = Math.ceil(groups / (x * y));
  if (z > most) throw new Error(`${name}: got ${groups} workgroups, this device takes ${most} ** 3`);
  return [x, y, z];
}

/** What a shader is called with, under the names that it declares. */
export interface ShaderArguments<B extends string, U extends string> {
  readonly buffers: Readonly<Record<B, tf.TensorInfo>>;
  readonly uniforms: Readonly<Record<U, number>>;
}

/** Queues `groups` workgroups of a shader; nothing is waited for. @throws Error where the device's limits are exceeded. */
export function dispatch<B extends string, U extends string>(
  gpu: WebgpuBackend,
  shader: Shader<B, U>,
  call: ShaderArguments<B, U> & { readonly groups: number },
): void {
  if (call.groups === 0) return;
  const limits = gpuLimits(gpu);
  const { name, workgroupSize, sharedBytes = 0 } = shader;
  const names = Object.keys(shader.buffers) as B[];
  const bounds: [string, number, number][] = [
    ['invocations of a workgroup', workgroupSize, limits.maxComputeInvocationsPerWorkgroup],
    ['bytes shared by a workgroup', sharedBytes, limits.maxComputeWorkgroupStorageSize],
    ['buffers', names.length, limits.maxStorageBuffersPerShaderStage],
  ];
  const bound = names.map((key) => {
    const buffer = bufferOf(gpu, call.buffers[key]);
    bounds.push([`bytes of '${key}'`, buffer.size, limits.maxStorageBufferBindingSize]);
    return buffer;
  });
  for (const [what, got, most] of bounds) {
    if (got > most) throw new Error(`${name} on webgpu: ${what}: got ${got}, this device takes ${most}`);
  }
  const layout = layOut(name, call.groups, limits.maxComputeWorkgroupsPerDimension);
  const values = [...shader.uniforms.map((key) => call.uniforms[key]), call.groups];
  const pipeline = pipelineOf(gpu, shader);
  const resources = [
    ...bound.map((buffer) => ({ buffer })),
    gpu.makeUniforms(values.map((value) => ({ type: 'uint32', data: [value] }))),
  ];
  const group = gpu.device.createBindGroup({
    layout: pipeline.getBindGroupLayout(0),
    entries: resources.map((resource, binding) => ({ binding, resource })),
  });
  gpu.ensureCommandEncoderReady();
  gpu.computePassEncoder ??= gpu.commandEncoder!.beginComputePass();
  gpu.computePassEncoder.setPipeline(pipeline);
  gpu.computePassEncoder.setBindGroup(0, group);
  gpu.computePassEncoder.dispatchWorkgroups(...layout);
  gpu.dispatchCountInPass++;
  if (tf.env().getNumber('WEBGPU_DEFERRED_SUBMIT_BATCH_SIZE') <= gpu.dispatchCountInPass) {
    gpu.endComputePassEncoder();
    gpu.submitQueue();
  }
}
