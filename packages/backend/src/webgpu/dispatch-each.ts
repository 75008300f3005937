import { gpuLimits } from './gpu-limits.js';
import { dispatch, type Shader, type ShaderArguments } from './shader.js';
import type { WebgpuBackend } from './webgpu-of.js';

/** A shader of which one invocation does one thing, without the others: `body` in WGSL has `fn each(i: u32)`. */
export type EachShader<Buffers extends string = string, Uniforms extends string = string> = Omit<
  Shader<Buffers, Uniforms>,
  'workgroupSize' | 'sharedBytes'
>;

/** Invocations of a workgroup, where the device takes as many: twice those that common processors run together. */
const WORKGROUP = 64;

/** Queues `each(i)` for every i below `count`, as {@link dispatch} does; `uniforms.count` is there too. */
export function dispatchEach<B extends string, U extends string>(
  gpu: WebgpuBackend,
  shader: EachShader<B, U>,
  { buffers, uniforms, count }: ShaderArguments<B, U> & { readonly count: number },
): void {
  const workgroupSize = Math.min(WORKGROUP, gpuLimits(gpu).maxComputeInvocationsPerWorkgroup);
  const whole: Shader<B, U | 'count'> = {
    ...shader,
    uniforms: [...shader.uniforms, 'count'],
    workgroupSize,
    body: `${shader.body}
fn main(group: u32, local: u32) {
  let i = group * WORKGROUP + local;
  if (i < uniforms.count) { each(i); }
}`,
  };
  dispatch(gpu, whole, {
    buffers,
    uniforms: { ...uniforms, count },
    groups: Math.ceil(count / workgroupSize),
  });
}
