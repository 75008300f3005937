import { toFloat32, type NdArray } from '@prismamba/formats';
import { eachBackend, expectRelativeError, readGolden, typedArguments } from '@prismamba/testing';
import * as tf from '@tensorflow/tfjs-core';
import '@tensorflow/tfjs-layers'; // registers the gradients of TensorFlow.js' own operators
import { expect, it } from 'vitest';
import { mamba2Block, type Mamba2BlockWeights } from './mamba2-block.js';

const golden = readGolden('ops/m3sr_ss2d.npz');
const tensor = (name: string): tf.Tensor => {
  const array = golden.get(name) as NdArray;
  return tf.tensor(toFloat32(array), [...array.shape]);
};
const names = [
  'x_proj_weight',
  'Ds',
  'A_logs',
  'dt_projs_bias',
  'out_norm.weight',
  'out_norm.bias',
  'in_proj.weight',
  'conv2d.1.weight',
  'out_proj.weight',
] as const;
const weightsOf = (values: readonly tf.Tensor[]) =>
  typedArguments<Mamba2BlockWeights>(Object.fromEntries(names.map((name, i) => [name, values[i]!])));

eachBackend('Mamba-2 block', () => {
  it('golden m3sr_ss2d: forward and every gradient', async () => {
    const inputs = [tensor('x'), ...names.map((name) => tensor(`w.${name}`))];
    const dy = tensor('d_y');
    const f = (x: tf.Tensor, ...w: tf.Tensor[]) => mamba2Block(x as tf.Tensor4D, weightsOf(w));
    const y = f(inputs[0]!, ...inputs.slice(1));
    expectRelativeError(await y.data(), toFloat32(golden.get('y')!), 1e-5, 'y');
    const gradients = tf.grads(f)(inputs, dy);
    const wanted = ['grad_x', ...names.map((name) => `grad_w.${name}`)];
    for (const [i, name] of wanted.entries()) {
      expectRelativeError(await gradients[i]!.data(), toFloat32(golden.get(name)!), 5e-5, name);
    }
    tf.dispose([inputs, dy, y, gradients]);
  });

  it('names the weight of a wrong shape', () => {
    const values = names.map((name) => tensor(`w.${name}`));
    const [rows, width] = values[names.indexOf('in_proj.weight')]!.shape as [number, number];
    const x = tf.zeros<tf.Rank.R4>([1, 4, 4, width + 1]);
    expect(() => mamba2Block(x, weightsOf(values))).toThrow(
      `mamba2Block: in_proj.weight: got shape [${rows}, ${width}]`,
    );
    tf.dispose([x, values]);
  });
});
