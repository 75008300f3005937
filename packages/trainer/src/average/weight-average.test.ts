import * as tf from '@tensorflow/tfjs-core';
import { eachBackend, expectClose } from '@prismamba/testing';
import { expect, it } from 'vitest';
import { variable, weightOf } from '../testing/variable.js';
import { WeightAverage } from './weight-average.js';

const modelOf = (w: tf.Variable) => ({ weights: [weightOf('w', w)] });

const set = (variable: tf.Variable, value: number) => tf.tidy(() => variable.assign(tf.tensor1d([value])));

eachBackend('WeightAverage', () => {
  it('is d a + (1 - d) w, with the warm-up of min(d, (1 + t)/(10 + t))', async () => {
    for (const warmUp of [false, true]) {
      const w = variable(tf.tensor1d([1]));
      const average = new WeightAverage({ decay: 0.5, warmUp });
      let wanted = 1;
      for (const [t, value] of [1, 3, -2, 5].entries()) {
        set(w, value);
        average.update(modelOf(w));
        const decay = warmUp ? Math.min(0.5, (1 + t) / (10 + t)) : 0.5;
        wanted = t === 0 ? value : decay * wanted + (1 - decay) * value;
      }
      const { updates, averages } = await average.state();
      expect(updates).toBe(4);
      expectClose([...(averages.get('w')!.data as Float32Array)], [wanted], { rtol: 1e-6, atol: 1e-6 });
      average.dispose();
      w.dispose();
    }
  });

  it('warms up unless told, and takes a decay of 0: the weights themselves', async () => {
    const w = variable(tf.tensor1d([1]));
    const [warm, plain] = [new WeightAverage({ decay: 0.9 }), new WeightAverage({ decay: 0 })];
    for (const value of [1, 3]) {
      set(w, value);
      for (const average of [warm, plain]) average.update(modelOf(w));
    }
    const valueOf = async (average: WeightAverage) =>
      (await average.state()).averages.get('w')!.data[0] as number;
    expect(await valueOf(warm)).toBeCloseTo((2 / 11) * 1 + (9 / 11) * 3, 6);
    expect(await valueOf(plain)).toBe(3);
    for (const owned of [warm, plain, w]) owned.dispose();
    expect(() => new WeightAverage({ decay: -0.1 })).toThrow('decay is -0.1');
  });

  it('lends its weights to the model, gives the trained ones back even after an error, and leaks nothing', async () => {
    const before = tf.memory().numTensors;
    const w = variable(tf.tensor1d([1]));
    const average = new WeightAverage({ decay: 0.9, warmUp: false });
    average.update(modelOf(w));
    set(w, 2);
    average.update(modelOf(w));
    const seen = await average.useIn(modelOf(w), async () => (await w.data())[0]);
    expect(seen).toBeCloseTo(1.1, 6);
    expect((await w.data())[0]).toBe(2);
    await expect(average.useIn(modelOf(w), () => Promise.reject(new Error('no')))).rejects.toThrow('no');
    expect((await w.data())[0]).toBe(2);
    const other = new WeightAverage({ decay: 0.9, warmUp: false });
    other.restore(await average.state());
    expect(await other.state()).toEqual(await average.state());
    average.dispose();
    other.dispose();
    w.dispose();
    expect(tf.memory().numTensors).toBe(before);
    expect(() => new WeightAverage({ decay: 1 })).toThrow('decay is 1');
  });

  it('before its first update it changes nothing; it refuses a weight that came later; unless told, the decay is 0.999', async () => {
    const before = tf.memory().numTensors;
    const w = variable(tf.tensor1d([1]));
    const average = new WeightAverage({ warmUp: false });
    expect(await average.useIn(modelOf(w), async () => (await w.data())[0])).toBe(1);
    average.restore({ updates: 0, averages: new Map() });
    expect(await average.state()).toEqual({ updates: 0, averages: new Map() });
    average.update(modelOf(w));
    set(w, 2);
    average.update(modelOf(w));
    expect((await average.state()).averages.get('w')!.data[0]).toBeCloseTo(1.001, 6);
    expect(() => average.update({ weights: [weightOf('w', w), weightOf('v', w)] })).toThrow(
      "weight 'v' is new; the model was changed",
    );
    // What was there goes when a state is restored.
    const state = await average.state();
    average.restore(state);
    average.restore(state);
    expect(await average.state()).toEqual(state);
    average.dispose();
    expect(await average.state()).toEqual({ updates: 0, averages: new Map() });
    w.dispose();
    expect(tf.memory().numTensors).toBe(before);
  });
});
