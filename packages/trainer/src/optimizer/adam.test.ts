import * as tf from '@tensorflow/tfjs-core';
import { toFloat32, toFloat64, type NdArray } from '@prismamba/formats';
import { eachBackend, expectRelativeError, readGolden } from '@prismamba/testing';
import { expect, it } from 'vitest';
import { variable, weightOf } from '../testing/variable.js';
import { Adam, ADAM_BETAS } from './adam.js';

const golden = readGolden('ops/adam_lr.npz');
const array = (name: string): NdArray => {
  const found = golden.get(name);
  if (found === undefined) throw new Error(`no '${name}' in adam_lr.npz`);
  return found;
};

eachBackend('Adam', () => {
  it.each([
    ['wd0', 0],
    ['wd001', 0.01],
  ] as const)('follows torch.optim.Adam over six steps (%s)', async (key, weightDecay) => {
    const { shape } = array('w0');
    const size = toFloat32(array('w0')).length;
    const w = variable(tf.tensor(toFloat32(array('w0')), [...shape]));
    const optimizer = new Adam({ weightDecay });
    const rates = toFloat64(array('lr_used'));
    const grads = toFloat32(array('grads'));
    const expected = toFloat32(array(`w_${key}`));
    expect(rates.length).toBe(6);
    for (const [step, rate] of rates.entries()) {
      const gradient = tf.tensor(grads.slice(step * size, (step + 1) * size), [...shape]);
      optimizer.applyGradients([weightOf('w', w)], new Map([['w', gradient]]), rate);
      gradient.dispose();
      const wanted = expected.slice(step * size, (step + 1) * size);
      expectRelativeError(await w.data(), wanted, 1e-6, `step ${step + 1}`);
    }
    const { moments, steps } = await optimizer.state();
    expect(steps).toEqual({ w: 6 });
    expectRelativeError(moments.get('first/w')!.data, toFloat32(array(`m_${key}`)), 1e-6, 'first moment');
    expectRelativeError(moments.get('second/w')!.data, toFloat32(array(`v_${key}`)), 1e-6, 'second moment');
    optimizer.dispose();
    w.dispose();
  });

  it('goes on from a restored state to the last bit, and leaves weights without a gradient alone', async () => {
    const run = async (interrupted: boolean) => {
      const w = variable(tf.tensor1d([1, -2, 3]));
      const other = variable(tf.tensor1d([5]));
      const weights = [weightOf('w', w), { ...weightOf('w', other), originalName: 'other' }];
      let optimizer = new Adam({ beta2: 0.99 });
      for (let step = 0; step < 4; step++) {
        if (interrupted && step === 2) {
          const state = await optimizer.state();
          optimizer.dispose();
          optimizer = new Adam({ beta2: 0.99 });
          optimizer.restore(state);
        }
        const gradient = tf.tensor1d([0.1 * step, -1, Math.sin(step)]);
        optimizer.applyGradients(weights, new Map([['w', gradient]]), 1e-2);
        gradient.dispose();
      }
      const values = [...(await w.data()), ...(await other.data())];
      optimizer.dispose();
      tf.dispose([w, other]);
      return values;
    };
    const whole = await run(false);
    expect(await run(true)).toEqual(whole);
    expect(whole[3]).toBe(5);
    expect(whole[1]).toBeGreaterThan(-2);
  });

  it('refuses impossible settings by name', () => {
    expect(() => new Adam({ beta1: 1 })).toThrow('Adam: beta1 is 1, wanted 0 <= beta1 < 1');
    expect(() => new Adam({ epsilon: -1 })).toThrow('Adam: epsilon is -1');
    expect(() => new Adam().restore({ steps: { w: 1 }, moments: new Map() })).toThrow(
      "the state has no 'first/w'",
    );
  });
});

it('the betas of the text and of the code', () => {
  expect(ADAM_BETAS).toEqual({ paper: [0.9, 0.99], code: [0.9, 0.999] });
});
