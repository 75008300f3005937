import {
  dispatch,
  gpuLimits,
  joined,
  newArray,
  part as partOf,
  release,
  sizeOf,
  type GpuLimits,
  type WebgpuBackend,
} from '@prismamba/backend/internal';
import type * as tf from '@tensorflow/tfjs-core';
import { carryStates, type StateDecay } from './carry-states.webgpu.js';
import { gradients } from './scan-gradient.webgpu.js';
import {
  gradientSummaries,
  outputs,
  summaries,
  type ScanShader,
  type ScanShaders,
} from './scan-shaders.webgpu.js';

/** Registers that the gradient takes for the states of a chunk. */
const TRAIL = 512;
const MOST_TOKENS = 32;
/** Rows over which the weights' gradients are first summed; more of them keep more of the device busy. */
const MOST_ROWS = 512;

/** Sizes of the workgroups for sequences of D channels with N states and `shared` numbers a token, under a device's limits. */
export function scanTiles(limits: GpuLimits, channels: number, states: number, shared: number) {
  const workgroupSize = Math.min(channels > 32 ? 64 : 32, limits.maxComputeInvocationsPerWorkgroup);
  const room = limits.maxComputeWorkgroupStorageSize;
  let tokens = MOST_TOKENS;
  while (tokens > 1 && (8 * tokens * shared > 0.6 * room || tokens * states > TRAIL)) tokens /= 2;
  const pile = Math.floor((room - 8 * tokens * shared) / (4 * workgroupSize));
  return { tokens, workgroupSize, pile: Math.min(shared, pile) };
}

/** Whether one token's numbers fit into a workgroup's memory. */
export const scanFits = (limits: GpuLimits, channels: number, states: number, shared: number): boolean =>
  scanTiles(limits, channels, states, shared).pile >= 1;

type Arrays = Readonly<Record<string, tf.TensorInfo>>;

/** `outers` sequences of a call from `first` on, of the `length` tokens that `chunks` chunks have. */
export interface ScanPart {
  readonly scan: ScanShaders;
  readonly decay: StateDecay;
  readonly inputs: Arrays & { readonly params: tf.TensorInfo };
  readonly first: number;
  readonly outers: number;
  readonly length: number;
  readonly height?: number;
  readonly width?: number;
}

const chunksOf = ({ scan, length }: ScanPart): number => Math.ceil(length / scan.constants.T);

function uniformsOf(
  part: ScanPart,
  work: { begin?: number; stride?: number; spans?: number; span?: number },
) {
  const { first, outers, length, height = 1, width = length } = part;
  const { begin = 0, stride = 1, spans = 1, span = 1 } = work;
  return { first, outers, chunks: chunksOf(part), length, height, width, begin, stride, spans, span };
}

/** Numbers that the states of one sequence take. */
export const stateNumbers = ({ D, N, T }: ScanShaders['constants'], length: number): number =>
  Math.ceil(length / T) * D * N;

/** The state that enters each chunk, [outers, chunks, D N]; `edge` [outers, D N] as for {@link carryStates}. */
export function enteringStates(gpu: WebgpuBackend, part: ScanPart, edge: tf.TensorInfo): tf.TensorInfo {
  return walk(gpu, part, edge, summaries(part.scan), part.inputs, false);
}

/** The gradient that arrives at each chunk's last state, in the same order. */
export function arrivingGradients(
  gpu: WebgpuBackend,
  part: ScanPart,
  upstream: Arrays,
  edge: tf.TensorInfo,
): tf.TensorInfo {
  return walk(gpu, part, edge, gradientSummaries(part.scan), { ...part.inputs, ...upstream }, true);
}

function walk(
  gpu: WebgpuBackend,
  part: ScanPart,
  edge: tf.TensorInfo,
  shader: ScanShader,
  inputs: Arrays,
  backward: boolean,
): tf.TensorInfo {
  const { D, N } = part.scan.constants;
  const { first, outers } = part;
  const chunks = chunksOf(part);
  const states = newArray(gpu, [outers * chunks * D * N]);
  const steps = newArray(gpu, [outers * chunks * D]);
  dispatch(gpu, shader, {
    buffers: { ...inputs, states, steps },
    uniforms: uniformsOf(part, {}),
    groups: outers * chunks,
  });
  const arrays = { states, steps, params: part.inputs.params, edge };
  carryStates(gpu, part.decay, arrays, { first, outers, chunks, items: D * N, backward });
  return states;
}

/** Units of a part from `begin` on, every `stride`-th: those that may run at the same time. */
export interface UnitRun {
  readonly begin: number;
  readonly stride: number;
}

function unitsOf({ outers, scan }: ScanPart, { begin, stride }: UnitRun): number {
  return Math.ceil((outers / scan.constants.PASSES - begin) / stride);
}

export function scanOutputs(
  gpu: WebgpuBackend,
  part: ScanPart,
  run: UnitRun,
  states: tf.TensorInfo,
  results: Arrays,
): void {
  dispatch(gpu, outputs(part.scan), {
    buffers: { ...part.inputs, states, ...results },
    uniforms: uniformsOf(part, run),
    groups: unitsOf(part, run) * chunksOf(part),
  });
}

/** Into how many rows a sample's weight gradients go, and how many chunks each takes. */
export function sumRowsOf(
  gpu: WebgpuBackend,
  part: Pick<ScanPart, 'scan' | 'length'>,
  batch: number,
  columns: number,
) {
  const chunks = Math.ceil(part.length / part.scan.constants.T);
  const most = Math.min(gpuLimits(gpu).maxStorageBufferBindingSize / (4 * columns), MOST_ROWS);
  const span = Math.ceil(chunks / Math.max(1, Math.floor(most / batch)));
  return { span, spans: Math.ceil(chunks / span) };
}

export function scanGradients(
  gpu: WebgpuBackend,
  part: ScanPart,
  run: UnitRun & { readonly span: number; readonly spans: number },
  arrays: Arrays & { readonly states: tf.TensorInfo; readonly arriving: tf.TensorInfo },
): void {
  dispatch(gpu, gradients(part.scan), {
    buffers: { ...part.inputs, ...arrays },
    uniforms: uniformsOf(part, run),
    groups: unitsOf(part, run) * run.spans,
  });
}

/** `count` sequences in runs that are as long as a binding of `numbers` each allows, a multiple of `together` where it can. */
export function runsOf(
  gpu: WebgpuBackend,
  count: number,
  numbers: number,
  together: number,
): [number, number][] {
  const most = Math.max(1, Math.floor(gpuLimits(gpu).maxStorageBufferBindingSize / (4 * numbers)));
  const size = most > together ? most - (most % together) : most;
  return Array.from({ length: Math.ceil(count / size) }, (_, i) => [
    i * size,
    Math.min(size, count - i * size),
  ]);
}

/** Rows `first` to `first + count` of an array of `rows`; the array itself where that is all. */
export function cutTensor(
  gpu: WebgpuBackend,
  array: tf.TensorInfo,
  rows: number,
  first: number,
  count: number,
): tf.TensorInfo {
  const each = sizeOf(array) / rows;
  return count === rows ? array : partOf(gpu, array, first * each, [count * each]);
}

/** The pieces of all runs as one tensor. Gives them back. */
export function together(
  gpu: WebgpuBackend,
  pieces: readonly tf.TensorInfo[],
  shape: readonly number[],
): tf.TensorInfo {
  const all = joined(gpu, pieces, shape);
  release(gpu, pieces);
  return all;
}

/** Zeros, for an edge. */
export const zeros = (gpu: WebgpuBackend, count: number): tf.TensorInfo => joined(gpu, [count]);
