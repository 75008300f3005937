import * as tf from '@tensorflow/tfjs-core';
import { eachBackend, expectClose } from '@prismamba/testing';
import { expect, it } from 'vitest';
import { variable, weightOf } from '../testing/variable.js';
import { Adam, AdamW } from './adam.js';
import type { Optimizer } from './optimizer.js';
import { NO_DECAY } from './parameter-groups.js';
import { Sgd } from './sgd.js';

const start = [0.5, -1, 2];
const gradients = [
  [0.1, -0.2, 0.3],
  [-0.4, 0.1, 0.2],
  [0.05, 0.5, -0.1],
];

/** Values of weight `name` after the gradients above. */
async function run(optimizer: Optimizer, name = 'layer/kernel', rate = 0.1): Promise<number[]> {
  const w = variable(tf.tensor1d(start));
  for (const values of gradients) {
    const gradient = tf.tensor1d(values);
    optimizer.applyGradients([weightOf(name, w)], new Map([[name, gradient]]), rate);
    gradient.dispose();
  }
  const result = [...(await w.data<'float32'>())];
  w.dispose();
  return result;
}

/** torch.optim.AdamW in float64, one value. */
function adamW(w: number, gs: readonly number[], rate: number, decay: number): number {
  let [m, v] = [0, 0];
  gs.forEach((g, i) => {
    w *= 1 - rate * decay;
    m = 0.9 * m + 0.1 * g;
    v = 0.999 * v + 0.001 * g * g;
    w -= (rate * (m / (1 - 0.9 ** (i + 1)))) / (Math.sqrt(v / (1 - 0.999 ** (i + 1))) + 1e-8);
  });
  return w;
}

/** torch.optim.SGD in float64, one value. */
function sgd(w: number, gs: readonly number[], rate: number, decay: number, nesterov: boolean): number {
  let v = 0;
  gs.forEach((gradient, i) => {
    const g = gradient + decay * w;
    v = i === 0 ? g : 0.9 * v + g;
    w -= rate * (nesterov ? g + 0.9 * v : v);
  });
  return w;
}

const column = (i: number) => gradients.map((values) => values[i]!);
const tolerance = { rtol: 1e-5, atol: 1e-6 };

eachBackend('optimizers', () => {
  it('AdamW decays the weight itself, Adam the gradient', async () => {
    const decoupled = new AdamW({ weightDecay: 0.3 });
    const wanted = start.map((w, i) => adamW(w, column(i), 0.1, 0.3));
    const values = await run(decoupled);
    expectClose(values, wanted, tolerance);
    const coupled = new Adam({ weightDecay: 0.3 });
    expect(Math.abs((await run(coupled))[2]! - wanted[2]!)).toBeGreaterThan(0.01);
    decoupled.dispose();
    coupled.dispose();
  });

  it.each([false, true])('Sgd with momentum, nesterov %s', async (nesterov) => {
    const optimizer = new Sgd({ momentum: 0.9, nesterov, weightDecay: 0.1 });
    expectClose(
      await run(optimizer),
      start.map((w, i) => sgd(w, column(i), 0.1, 0.1, nesterov)),
      tolerance,
    );
    const { steps, moments } = await optimizer.state();
    expect(steps).toEqual({ 'layer/kernel': 3 });
    const again = new Sgd({ momentum: 0.9, nesterov, weightDecay: 0.1 });
    again.restore({ steps, moments });
    expect((await again.state()).moments).toEqual(moments);
    optimizer.dispose();
    again.dispose();
  });

  it('unless told: Adam does not decay, AdamW by 0.01, Sgd has a momentum of 0.9, no decay and does not look ahead', async () => {
    for (const [optimizer, wanted] of [
      [new Adam(), start.map((w, i) => adamW(w, column(i), 0.1, 0))],
      [new AdamW(), start.map((w, i) => adamW(w, column(i), 0.1, 0.01))],
      [new Sgd(), start.map((w, i) => sgd(w, column(i), 0.1, 0, false))],
      [new Sgd({ momentum: 0 }), start.map((w, i) => w - 0.1 * column(i).reduce((a, b) => a + b))],
    ] as const) {
      expectClose(await run(optimizer), wanted, { rtol: 1e-6, atol: 1e-6 });
      optimizer.dispose();
    }
  });

  it('a restored state takes the place of what was there, and nothing leaks', async () => {
    const before = tf.memory().numTensors;
    for (const make of [() => new Adam(), () => new Sgd()]) {
      const [used, other] = [make(), make()];
      await run(used, 'a');
      await run(other, 'b');
      const state = await other.state();
      used.restore(state);
      expect(await used.state()).toEqual(state);
      for (const optimizer of [used, other]) optimizer.dispose();
      expect((await used.state()).steps).toEqual({});
      expect(tf.memory().numTensors).toBe(before);
      expect(() => used.restore({ ...state, moments: new Map() })).toThrow(
        /\.restore: the state has no '\w+\/b'/,
      );
    }
  });

  it('groups: the first match sets decay and rate, 0 freezes', async () => {
    const groups = [
      { match: NO_DECAY, weightDecay: 0 },
      { match: /^frozen/, rateFactor: 0 },
      { match: /^slow/, rateFactor: 0.5 },
    ];
    const make = () => new AdamW({ weightDecay: 0.3, groups });
    const plain = start.map((w, i) => adamW(w, column(i), 0.1, 0));
    for (const [name, wanted] of [
      ['VSS1/self_attention.A_logs', plain],
      ['frozen/kernel', start],
      ['slow/kernel', start.map((w, i) => adamW(w, column(i), 0.05, 0.3))],
    ] as const) {
      const optimizer = make();
      expectClose(await run(optimizer, name), wanted, tolerance);
      optimizer.dispose();
    }
  });

  it.each([
    ['VSS1/self_attention.Ds', true],
    ['VSS1/self_attention.A_logs', true],
    ['block/A_log', true],
    ['block/D', true],
    ['VSS1/ln_1.weight', true],
    ['VSS1/self_attention.out_norm.weight', true],
    ['conv1/bias', true],
    ['conv1/weight', false],
    ['VSS1/self_attention.in_proj.weight', false],
    ['VSS1/self_attention.x_proj_weight', false],
  ])('%s is left without decay: %s', (name, exempt) => {
    expect(NO_DECAY.test(name)).toBe(exempt);
  });

  it('refuses numbers that make no sense', () => {
    expect(() => new Sgd({ momentum: 1 })).toThrow('momentum is 1');
    expect(() => new Sgd({ momentum: -0.1 })).toThrow('momentum is -0.1');
    expect(() => new Adam({ beta2: 1 })).toThrow('beta2 is 1');
    expect(() => new Adam({ beta1: -0.1 })).toThrow('beta1 is -0.1');
    expect(() => new Adam({ groups: [{ match: /x/, weightDecay: -1 }] })).toThrow(
      'group /x/: weightDecay -1',
    );
    // The smallest that make sense.
    new Adam({
      beta1: 0,
      beta2: 0,
      epsilon: 0,
      weightDecay: 0,
      groups: [{ match: /x/, weightDecay: 0, rateFactor: 0 }],
    });
    new Sgd({ momentum: 0 });
    expect(() => new Sgd({ momentum: 0, nesterov: true })).toThrow('nesterov needs a momentum');
    expect(() => new AdamW({ weightDecay: -1 })).toThrow('weightDecay is -1');
    expect(() => new Adam({ groups: [{ match: /x/, rateFactor: -1 }] })).toThrow('group /x/');
  });
});
