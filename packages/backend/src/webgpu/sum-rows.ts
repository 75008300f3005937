import type * as tf from '@tensorflow/tfjs-core';
import { gpuLimits } from './gpu-limits.js';
import { newArray, release } from './gpu-arrays.js';
import { dispatch, type Shader } from './shader.js';
import type { WebgpuBackend } from './webgpu-of.js';

/** Rows that one invocation adds up, one after the other: always in the same order, so that the bits are the same. */
const ROWS = 64;

const sumBlocks = (workgroupSize: number) =>
  ({
    name: 'sumRows',
    buffers: { input: 'read', output: 'read_write' },
    uniforms: ['rows', 'columns', 'blocks'],
    constants: { ROWS },
    workgroupSize,
    body: `
fn main(group: u32, local: u32) {
  let i = group * WORKGROUP + local;
  if (i >= uniforms.blocks * uniforms.columns) { return; }
  let block = i / uniforms.columns;
  let column = i % uniforms.columns;
  let end = min((block + 1u) * ROWS, uniforms.rows);
  var sum = 0.0;
  for (var row = block * ROWS; row < end; row++) { sum += input[row * uniforms.columns + column]; }
  output[i] = sum;
}`,
  }) satisfies Shader;

/** [rows, columns] to [columns], the sum over the rows. Gives `input` back. */
export function sumRows(
  gpu: WebgpuBackend,
  input: tf.TensorInfo,
  rows: number,
  columns: number,
): tf.TensorInfo {
  const workgroupSize = Math.min(64, gpuLimits(gpu).maxComputeInvocationsPerWorkgroup);
  let [current, left] = [input, rows];
  do {
    const blocks = Math.ceil(left / ROWS);
    const output = newArray(gpu, [blocks * columns]);
    dispatch(gpu, sumBlocks(workgroupSize), {
      buffers: { input: current, output },
      uniforms: { rows: left, columns, blocks },
      groups: Math.ceil((blocks * columns) / workgroupSize),
    });
    release(gpu, [current]);
    [current, left] = [output, blocks];
  } while (left > 1);
  return current;
}
