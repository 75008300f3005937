import { dispatch, gpuLimits, release, type Shader, type WebgpuBackend } from '@prismamba/backend/internal';
import type * as tf from '@tensorflow/tfjs-core';
import { EXP } from './nan.webgpu.js';

/** How the states of a scan decay, as WGSL: who carries them needs no more of an operator. */
export interface StateDecay {
  /** Compiled into `functions`. */
  readonly constants: Readonly<Record<string, number>>;
  /**
   * `rateOf(outer, item) -> f32`, out of `params` (behind `EXP`); `turned(outer) -> bool`: whether the sequence is read from its end. A chunk
   * whose steps add up to s keeps exp(rate s) of a state.
   */
  readonly functions: string;
  /** States (items) of a sequence that share their steps. */
  readonly itemsPerStep: number;
}

/** A sequence's chunks are carried by up to this many invocations, each over a run of them. */
const MOST_LANES = 64;

function shader({ constants, functions }: StateDecay, workgroupSize: number) {
  return {
    name: 'carryStates',
    buffers: { states: 'read_write', steps: 'read', params: 'read', edge: 'read_write' },
    uniforms: ['first', 'outers', 'chunks', 'items', 'per_step', 'lanes', 'backward'],
    constants,
    workgroupSize,
    sharedBytes: 8 * workgroupSize,
    body: `${EXP}
${functions}
var<workgroup> sums: array<f32, WORKGROUP>;
var<workgroup> ends: array<f32, WORKGROUP>;

fn main(group: u32, local: u32) {
  let lane = local % uniforms.lanes;
  let all = group * (WORKGROUP / uniforms.lanes) + local / uniforms.lanes;
  let inside = all < uniforms.outers * uniforms.items;
  let outer = all / uniforms.items;
  let item = all % uniforms.items;
  let chunks = uniforms.chunks;
  let steps_per_chunk = uniforms.items / uniforms.per_step;
  let span = (chunks + uniforms.lanes - 1u) / uniforms.lanes;
  let begin = select(chunks, min(lane * span, chunks), inside);
  let end = min(begin + span, chunks);
  var rate = 0.0;
  var from_end = false;
  if (inside) {
    rate = rateOf(uniforms.first + outer, item);
    from_end = turned(uniforms.first + outer) != (uniforms.backward == 1u);
  }
  var sum = 0.0;
  var state = 0.0;
  for (var j = begin; j < end; j++) {
    let row = outer * chunks + select(j, chunks - 1u - j, from_end);
    let step = steps[row * steps_per_chunk + item / uniforms.per_step];
    state = expOf(rate * step) * state + states[row * uniforms.items + item];
    sum += step;
  }
  sums[local] = sum;
  ends[local] = state;
  workgroupBarrier();
  if (lane == 0u && inside) {
    var carried = edge[all];
    for (var k = local; k < local + uniforms.lanes; k++) {
      let next = expOf(rate * sums[k]) * carried + ends[k];
      ends[k] = carried;
      carried = next;
    }
    edge[all] = carried;
  }
  workgroupBarrier();
  state = ends[local];
  for (var j = begin; j < end; j++) {
    let row = outer * chunks + select(j, chunks - 1u - j, from_end);
    let step = steps[row * steps_per_chunk + item / uniforms.per_step];
    let at = row * uniforms.items + item;
    let added = states[at];
    states[at] = state;
    state = expOf(rate * step) * state + added;
  }
}`,
  } satisfies Shader;
}

/**
 * The scan over chunk summaries, in place. `states` [outers, chunks, items] come as what each chunk adds to a state of zero, and
 * go as the state that enters it; `steps` [outers, chunks, items / itemsPerStep] are the sums of its steps; `edge` [outers, items]
 * comes as the state before the first chunk and goes as the one after the last. `backward`: against the order of the sequence, for
 * gradients. Gives `steps` back.
 */
export function carryStates(
  gpu: WebgpuBackend,
  decay: StateDecay,
  arrays: {
    readonly states: tf.TensorInfo;
    readonly steps: tf.TensorInfo;
    readonly params: tf.TensorInfo;
    readonly edge: tf.TensorInfo;
  },
  sizes: {
    readonly first: number;
    readonly outers: number;
    readonly chunks: number;
    readonly items: number;
    readonly backward: boolean;
  },
): void {
  const { maxComputeInvocationsPerWorkgroup, maxComputeWorkgroupStorageSize } = gpuLimits(gpu);
  const most = Math.min(MOST_LANES, maxComputeInvocationsPerWorkgroup, maxComputeWorkgroupStorageSize / 8);
  const workgroupSize = 2 ** Math.floor(Math.log2(most));
  const lanes = Math.min(workgroupSize, 2 ** Math.ceil(Math.log2(sizes.chunks)));
  dispatch(gpu, shader(decay, workgroupSize), {
    buffers: arrays,
    uniforms: { ...sizes, per_step: decay.itemsPerStep, lanes, backward: Number(sizes.backward) },
    groups: Math.ceil((sizes.outers * sizes.items * lanes) / workgroupSize),
  });
  release(gpu, [arrays.steps]);
}
