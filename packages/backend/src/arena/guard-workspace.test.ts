import * as tf from '@tensorflow/tfjs-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { startBackend } from '../start-backend.js';
import { wasmArena } from './wasm-arena.js';

describe('kernels of TensorFlow.js in a memory that is nearly full', () => {
  /** With a memory of its own. */
  const startAnew = async () => {
    const factory = tf.findBackendFactory('wasm');
    tf.removeBackend('wasm');
    tf.registerBackend('wasm', factory, 2);
    await startBackend('wasm');
  };
  const full: tf.Tensor[] = [];
  const inputs: tf.Tensor[] = [];
  let x: tf.Tensor4D;
  let matrix: tf.Tensor2D;
  const ones = <R extends tf.Rank>(...shape: number[]): tf.Tensor<R> => {
    const made = tf.ones<R>(shape as tf.ShapeMap[R]);
    inputs.push(made);
    return made;
  };
  const megabytes = (count: number) => {
    const backend = tf.backend() as unknown as { makeOutput(shape: number[], dtype: string): tf.TensorInfo };
    const { dataId } = backend.makeOutput([count, 2 ** 18], 'float32');
    return tf.engine().makeTensorFromDataId(dataId, [count, 2 ** 18], 'float32');
  };
  const outputs = 4 * 900 * 900 * 4;

  beforeAll(async () => {
    await startBackend('wasm');
    await startAnew();
    x = ones(1, 900, 900, 4);
    matrix = ones(4, 2_500_000);
    const { memory } = wasmArena(tf.backend())!;
    // Memory that nobody writes to costs nothing. What is left in the end is room for one output.
    const hole = Math.ceil(outputs / 2 ** 20) + 4;
    const first = megabytes(hole);
    for (const size of [1000, 200, 50, 10, 4]) {
      while (memory.buffer.byteLength < 2 ** 32) {
        try {
          full.push(megabytes(size));
        } catch {
          break;
        }
      }
    }
    first.dispose();
  });
  afterAll(async () => {
    tf.dispose([full, inputs]);
    await startAnew();
  });

  const cases: Readonly<Record<string, readonly [() => tf.Tensor, string]>> = {
    'a convolution': [
      () => tf.conv2d(x, ones(5, 5, 4, 4), 1, 'same'),
      'Conv2D of [1, 900, 900, 4] and [5, 5, 4, 4]',
    ],
    'a convolution with its activation': [
      () => tf.fused.conv2d({ x, filter: ones(5, 5, 4, 4), strides: 1, pad: 'same', activation: 'relu' }),
      'FusedConv2D of [1, 900, 900, 4] and [5, 5, 4, 4]',
    ],
    'a depthwise convolution': [
      () => tf.depthwiseConv2d(x, ones(7, 7, 4, 1), 1, 'same'),
      'DepthwiseConv2dNative of [1, 900, 900, 4] and [7, 7, 4, 1]',
    ],
    'a pooling': [() => tf.maxPool(x, 7, 1, 'same'), 'MaxPool of [1, 900, 900, 4]'],
    'an average': [() => tf.avgPool(x, 7, 1, 'same'), 'AvgPool of [1, 900, 900, 4]'],
    'a resize': [() => tf.image.resizeBilinear(x, [901, 900]), 'ResizeBilinear of [1, 900, 900, 4]'],
    'a product': [() => tf.matMul(ones(1, 4), matrix), 'BatchMatMul of [1, 4] and [4, 2500000]'],
  };
  it.each(Object.entries(cases))('%s is an error with its tensors and a remedy', async (_, [run, name]) => {
    const before = tf.memory().numTensors;
    const made = inputs.length;
    expect(run).toThrow(
      new RegExp(
        `${name.replaceAll(/[[\]]/g, String.raw`\$&`)}: no room for \\d+ MB .*smaller batch or smaller tiles`,
      ),
    );
    expect(tf.memory().numTensors - before).toBe(inputs.length - made);
    // What is small goes on, with right numbers.
    const small = tf.tidy(() =>
      tf.conv2d(tf.ones<tf.Rank.R4>([1, 5, 5, 1]), tf.ones<tf.Rank.R4>([3, 3, 1, 1]), 1, 'same'),
    );
    expect([...(await small.data())].slice(0, 7)).toEqual([4, 6, 6, 6, 4, 6, 9]);
    small.dispose();
  });

  it('runs where there is room after all', async () => {
    full.pop()!.dispose();
    tf.dispose(full.splice(0, 1));
    const y = tf.conv2d(x, ones(5, 5, 4, 4), 1, 'same');
    expect((await y.data()).subarray(0, 4)).toEqual(Float32Array.of(36, 36, 36, 36));
    y.dispose();
  });
});

it('asks for what a kernel takes, null for no dilation of a depthwise convolution included', async () => {
  await startBackend('wasm');
  // As `tf.layers.depthwiseConv2d` calls it.
  const y = tf.tidy(() =>
    tf.depthwiseConv2d(
      tf.ones<tf.Rank.R4>([1, 3, 3, 1]),
      tf.ones<tf.Rank.R4>([3, 3, 1, 1]),
      1,
      'same',
      'NHWC',
      null as never,
    ),
  );
  expect([...(await y.data())]).toEqual([4, 6, 4, 6, 9, 6, 4, 6, 4]);
  y.dispose();
});
