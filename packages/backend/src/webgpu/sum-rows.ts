import type * as tf from '@tensorflow/tfjs-core';
import { dispatchEach, type EachShader } from './dispatch-each.js';
import { newArray, release } from './gpu-arrays.js';
import type { WebgpuBackend } from './webgpu-of.js';

/** Rows that one invocation adds up, one after the other: always in the same order, so that the bits are the same. */
const ROWS = 64;

/** input [rows, columns] to output [rows / ROWS, columns]. */
const sumBlocks = {
  name: 'sumRows',
  buffers: { input: 'read', output: 'read_write' },
  uniforms: ['rows', 'columns'],
  constants: { ROWS },
  body: `
fn each(i: u32) {
  let block = i / uniforms.columns;
  let column = i % uniforms.columns;
  let end = min((block + 1u) * ROWS, uniforms.rows);
  var sum = 0.0;
  for (var row = block * ROWS; row < end; row++) { sum += input[row * uniforms.columns + column]; }
  output[i] = sum;
}`,
} satisfies EachShader;

/** [rows, columns] to [columns], the sum over the rows. Gives `input` back. */
export function sumRows(
  gpu: WebgpuBackend,
  input: tf.TensorInfo,
  rows: number,
  columns: number,
): tf.TensorInfo {
  let [current, left] = [input, rows];
  do {
    const blocks = Math.ceil(left / ROWS);
    const output = newArray(gpu, [blocks * columns]);
    dispatchEach(gpu, sumBlocks, {
      buffers: { input: current, output },
      uniforms: { rows: left, columns },
      count: blocks * columns,
    });
    release(gpu, [current]);
    [current, left] = [output, blocks];
  } while (left > 1);
  return current;
}
