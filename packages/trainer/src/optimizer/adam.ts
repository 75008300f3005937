import * as tf from '@tensorflow/tfjs-core';
import type { ModelWeight } from '../model.js';
import type { Optimizer, OptimizerState } from './optimizer.js';
import { weightSettings, type ParameterGroup, type WeightSettings } from './parameter-groups.js';

export interface AdamOptions {
  /** beta_1, decay of the first moment. */
  readonly beta1?: number;
  /** beta_2, decay of the second moment. GMSR-Net's text says 0.99, its code (and PyTorch) 0.999. */
  readonly beta2?: number;
  readonly epsilon?: number;
  /** `Adam`: L2 decay added to the gradient. `AdamW`: decay of the weight itself, not seen by the moments. */
  readonly weightDecay?: number;
  /** Other settings for some weights, for instance no decay on A_log, D, norms and biases (`NO_DECAY`). */
  readonly groups?: readonly ParameterGroup[];
}

/** beta_1 and beta_2 as printed in the text of GMSR-Net (section IV) and as its released code has them. */
export const ADAM_BETAS = { paper: [0.9, 0.99], code: [0.9, 0.999] } as const;

interface Slot {
  first: tf.Tensor;
  second: tf.Tensor;
  step: number;
}

/**
 * Adam exactly as `torch.optim.Adam` computes it (Kingma and Ba, 2015), g the gradient and t the step from 1:
 *
 *     g = g + weightDecay * w
 *     m = beta1 m + (1 - beta1) g
 *     v = beta2 v + (1 - beta2) g^2
 *     w = w - lr / (1 - beta1^t) * m / (sqrt(v) / sqrt(1 - beta2^t) + epsilon)
 *
 * TensorFlow.js' own Adam adds epsilon elsewhere, has no weight decay and keeps beta^t in float32, so that a long run
 * drifts from PyTorch's.
 */
export class Adam implements Optimizer {
  private readonly slots = new Map<string, Slot>();
  private readonly beta1: number;
  private readonly beta2: number;
  private readonly epsilon: number;
  private readonly settingsOf: (name: string) => WeightSettings;
  /** Whether the decay is AdamW's. */
  protected readonly decoupled: boolean = false;

  constructor(options: AdamOptions = {}) {
    const { beta1 = 0.9, beta2 = 0.999, epsilon = 1e-8, weightDecay = 0, groups = [] } = options;
    for (const [name, beta] of [
      ['beta1', beta1],
      ['beta2', beta2],
    ] as const) {
      if (!(beta >= 0 && beta < 1)) throw new RangeError(`Adam: ${name} is ${beta}, wanted 0 <= ${name} < 1`);
    }
    if (!(epsilon >= 0)) throw new RangeError(`Adam: epsilon is ${epsilon}, wanted 0 or more`);
    this.beta1 = beta1;
    this.beta2 = beta2;
    this.epsilon = epsilon;
    this.settingsOf = weightSettings('Adam', weightDecay, groups);
  }

  applyGradients(
    weights: readonly ModelWeight[],
    gradients: ReadonlyMap<string, tf.Tensor>,
    learningRate: number,
  ): void {
    for (const weight of weights) {
      const gradient = gradients.get(weight.originalName);
      if (gradient !== undefined) this.updateWeight(weight, gradient, learningRate);
    }
  }

  private updateWeight(weight: ModelWeight, gradient: tf.Tensor, learningRate: number): void {
    const slot = this.slotOf(weight.originalName, gradient);
    slot.step += 1;
    const { weightDecay, rateFactor } = this.settingsOf(weight.originalName);
    const rate = learningRate * rateFactor;
    const stepSize = rate / (1 - Math.pow(this.beta1, slot.step));
    const correction2 = Math.sqrt(1 - Math.pow(this.beta2, slot.step));
    const [first, second] = tf.tidy(() => {
      const before = weight.read();
      const decays = weightDecay !== 0;
      // AdamW: w = w - lr weightDecay w
      const w = decays && this.decoupled ? tf.mul(before, 1 - rate * weightDecay) : before;
      // Adam: g = g + weightDecay w
      const g = decays && !this.decoupled ? tf.add(gradient, tf.mul(before, weightDecay)) : gradient;
      // m = beta1 m + (1 - beta1) g
      const m = tf.add(tf.mul(slot.first, this.beta1), tf.mul(g, 1 - this.beta1));
      // v = beta2 v + (1 - beta2) g^2
      const v = tf.add(tf.mul(slot.second, this.beta2), tf.mul(tf.square(g), 1 - this.beta2));
      // w = w - stepSize * m / (sqrt(v) / correction2 + epsilon)
      const denominator = tf.add(tf.div(tf.sqrt(v), correction2), this.epsilon);
      weight.write(tf.sub(w, tf.mul(tf.div(m, denominator), stepSize)));
      return [m, v];
    });
    tf.dispose([slot.first, slot.second]);
    slot.first = tf.keep(first);
    slot.second = tf.keep(second);
  }

  private slotOf(name: string, like: tf.Tensor): Slot {
    let slot = this.slots.get(name);
    if (slot === undefined) {
      slot = { first: tf.keep(tf.zerosLike(like)), second: tf.keep(tf.zerosLike(like)), step: 0 };
      this.slots.set(name, slot);
    }
    return slot;
  }

  async state(): Promise<OptimizerState> {
    const steps: Record<string, number> = {};
    const moments = new Map<string, { shape: readonly number[]; data: Float32Array }>();
    for (const [name, slot] of this.slots) {
      steps[name] = slot.step;
      for (const [moment, tensor] of [
        ['first', slot.first],
        ['second', slot.second],
      ] as const) {
        moments.set(`${moment}/${name}`, {
          shape: tensor.shape,
          data: Float32Array.from(await tensor.data<'float32'>()),
        });
      }
    }
    return { steps, moments };
  }

  restore(state: OptimizerState): void {
    this.dispose();
    for (const [name, step] of Object.entries(state.steps)) {
      const read = (moment: 'first' | 'second') => {
        const array = state.moments.get(`${moment}/${name}`);
        if (array === undefined) throw new Error(`Adam.restore: the state has no '${moment}/${name}'`);
        return tf.keep(tf.tensor(array.data, [...array.shape], 'float32'));
      };
      this.slots.set(name, { first: read('first'), second: read('second'), step });
    }
  }

  dispose(): void {
    for (const slot of this.slots.values()) tf.dispose([slot.first, slot.second]);
    this.slots.clear();
  }
}

/**
 * Adam with the decay taken from the weight itself, exactly as `torch.optim.AdamW` computes it (Loshchilov and Hutter,
 * Decoupled Weight Decay Regularization, 2019): w = w (1 - lr weightDecay), then Adam's step without decay.
 */
export class AdamW extends Adam {
  protected override readonly decoupled = true;

  /** Options as of {@link Adam}; the decay is 0.01 unless stated. */
  constructor(options: AdamOptions = {}) {
    super({ weightDecay: 0.01, ...options });
  }
}
