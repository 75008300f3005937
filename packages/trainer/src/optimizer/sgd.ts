import * as tf from '@tensorflow/tfjs-core';
import type { ModelWeight } from '../model.js';
import type { Optimizer, OptimizerState } from './optimizer.js';
import { weightSettings, type ParameterGroup, type WeightSettings } from './parameter-groups.js';

export interface SgdOptions {
  /** mu; 0.9 unless stated. */
  readonly momentum?: number;
  /** Looks ahead along the momentum (Nesterov). */
  readonly nesterov?: boolean;
  /** L2 decay added to the gradient. */
  readonly weightDecay?: number;
  readonly groups?: readonly ParameterGroup[];
}

/**
 * Stochastic gradient descent exactly as `torch.optim.SGD` computes it, g the gradient:
 *
 *     g = g + weightDecay * w
 *     v = g at the first step, then mu v + g
 *     w = w - lr * (nesterov ? g + mu v : v)
 */
export class Sgd implements Optimizer {
  private readonly momentum: number;
  private readonly nesterov: boolean;
  private readonly settingsOf: (name: string) => WeightSettings;
  private readonly slots = new Map<string, { velocity: tf.Tensor; step: number }>();

  constructor({ momentum = 0.9, nesterov = false, weightDecay = 0, groups = [] }: SgdOptions = {}) {
    if (!(momentum >= 0 && momentum < 1)) {
      throw new RangeError(`Sgd: momentum is ${momentum}, wanted 0 <= momentum < 1`);
    }
    if (nesterov && momentum === 0) throw new RangeError('Sgd: nesterov needs a momentum above 0');
    this.momentum = momentum;
    this.nesterov = nesterov;
    this.settingsOf = weightSettings('Sgd', weightDecay, groups);
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
    const name = weight.originalName;
    const { weightDecay, rateFactor } = this.settingsOf(name);
    const slot = this.slots.get(name);
    const velocity = tf.tidy(() => {
      const w = weight.read();
      const g = weightDecay === 0 ? gradient : tf.add(gradient, tf.mul(w, weightDecay));
      const v = slot === undefined ? tf.clone(g) : tf.add(tf.mul(slot.velocity, this.momentum), g);
      const direction = this.nesterov ? tf.add(g, tf.mul(v, this.momentum)) : v;
      weight.write(tf.sub(w, tf.mul(direction, learningRate * rateFactor)));
      return v;
    });
    slot?.velocity.dispose();
    this.slots.set(name, { velocity: tf.keep(velocity), step: (slot?.step ?? 0) + 1 });
  }

  async state(): Promise<OptimizerState> {
    const steps: Record<string, number> = {};
    const moments = new Map<string, { shape: readonly number[]; data: Float32Array }>();
    for (const [name, { velocity, step }] of this.slots) {
      steps[name] = step;
      const data = Float32Array.from(await velocity.data<'float32'>());
      moments.set(`velocity/${name}`, { shape: velocity.shape, data });
    }
    return { steps, moments };
  }

  restore(state: OptimizerState): void {
    this.dispose();
    for (const [name, step] of Object.entries(state.steps)) {
      const array = state.moments.get(`velocity/${name}`);
      if (array === undefined) throw new Error(`Sgd.restore: the state has no 'velocity/${name}'`);
      const velocity = tf.keep(tf.tensor(array.data, [...array.shape], 'float32'));
      this.slots.set(name, { velocity, step });
    }
  }

  dispose(): void {
    for (const { velocity } of this.slots.values()) velocity.dispose();
    this.slots.clear();
  }
}
