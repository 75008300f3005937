import { toFloat32, type NdArray } from '@prismamba/formats';
import {
  eachBackend,
  expectRelativeError,
  readGolden,
  testNumbers,
  typedArguments,
} from '@prismamba/testing';
import * as tf from '@tensorflow/tfjs-core';
import '@tensorflow/tfjs-layers'; // registers the gradients of TensorFlow.js' own operators
import { expect, it } from 'vitest';
import { mambaBlock, type MambaBlockWeights } from './mamba-block.js';

const golden = readGolden('ops/mamba1_block.npz');
const tensor = (name: string): tf.Tensor => {
  const array = golden.get(name) as NdArray;
  return tf.tensor(toFloat32(array), [...array.shape]);
};
const names = [
  'A_log',
  'D',
  'in_proj.weight',
  'conv1d.weight',
  'conv1d.bias',
  'x_proj.weight',
  'dt_proj.weight',
  'dt_proj.bias',
  'out_proj.weight',
] as const;
const weightsOf = (values: readonly tf.Tensor[]) =>
  typedArguments<MambaBlockWeights>(Object.fromEntries(names.map((name, i) => [name, values[i]!])));

eachBackend('Mamba block', () => {
  it.each(['a_', 'b_'])('golden %s: forward and every gradient', async (prefix) => {
    const inputs = [tensor(`${prefix}x`), ...names.map((name) => tensor(`${prefix}w.${name}`))];
    const dy = tensor(`${prefix}d_y`);
    const f = (x: tf.Tensor, ...w: tf.Tensor[]) => mambaBlock(x as tf.Tensor3D, weightsOf(w));
    const y = f(inputs[0]!, ...inputs.slice(1));
    expectRelativeError(await y.data(), toFloat32(golden.get(`${prefix}y`)!), 2e-6, 'y');
    const gradients = tf.grads(f)(inputs, dy);
    const wanted = ['grad_x', ...names.map((name) => `grad_w.${name}`)];
    for (const [i, name] of wanted.entries()) {
      expectRelativeError(await gradients[i]!.data(), toFloat32(golden.get(prefix + name)!), 1e-5, name);
    }
    tf.dispose([inputs, dy, y, gradients]);
  });

  it('a sequence longer than 64 tokens goes on as a shorter one began', async () => {
    const values = names.map((name) => tensor(`a_w.${name}`));
    const width = golden.get('a_x')!.shape[2]!;
    const x = tf.tensor3d(testNumbers(80 * width, 1), [1, 80, width]);
    const [long, short] = tf.tidy(() => [
      tf.slice(mambaBlock(x, weightsOf(values)), [0, 0, 0], [1, 60, width]),
      mambaBlock(tf.slice(x, [0, 0, 0], [1, 60, width]), weightsOf(values)),
    ]) as [tf.Tensor, tf.Tensor];
    expectRelativeError(await long.data(), await short.data(), 2e-6);
    tf.dispose([values, x, long, short]);
  });

  it('names the weight of a wrong shape', () => {
    const values = names.map((name) => tensor(`a_w.${name}`));
    const [rows, width] = values[names.indexOf('in_proj.weight')]!.shape as [number, number];
    const x = tf.zeros<tf.Rank.R3>([1, 2, width + 1]);
    expect(() => mambaBlock(x, weightsOf(values))).toThrow(
      `mambaBlock: in_proj.weight: got shape [${rows}, ${width}]`,
    );
    tf.dispose([x, values]);
  });
});
