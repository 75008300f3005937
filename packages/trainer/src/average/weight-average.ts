import * as tf from '@tensorflow/tfjs-core';
import type { NdArray } from '@prismamba/formats';
import { weightsByName, type Model } from '../model.js';

export interface WeightAverageOptions {
  /** d; 0.999 unless stated. */
  readonly decay?: number;
  /**
   * Default true: the decay of update t (from 0) is min(d, (1 + t) / (10 + t)), so that a short run is not ruled by its
   * first weights (`tf.train.ExponentialMovingAverage`).
   */
  readonly warmUp?: boolean;
}

/**
 * Exponential moving average of all weights (EMA): a = d a + (1 - d) w after each step (Polyak and Juditsky, 1992).
 * It owns its tensors until {@link dispose}; the model's weights stay the model's.
 */
export class WeightAverage {
  private readonly decay: number;
  private readonly warmUp: boolean;
  private averages: Map<string, tf.Tensor> | undefined;
  private updates = 0;

  constructor({ decay = 0.999, warmUp = true }: WeightAverageOptions = {}) {
    if (!(decay >= 0 && decay < 1)) {
      throw new RangeError(`WeightAverage: decay is ${decay}, wanted 0 <= decay < 1`);
    }
    this.decay = decay;
    this.warmUp = warmUp;
  }

  /** Takes the model's present weights into the average; the first call copies them. */
  update(model: Pick<Model, 'weights'>): void {
    const weights = weightsByName(model.weights);
    if (this.averages === undefined) {
      this.averages = new Map(
        [...weights].map(([name, weight]) => [name, tf.keep(tf.clone(weight.read()))] as const),
      );
    } else {
      const t = this.updates;
      const decay = this.warmUp ? Math.min(this.decay, (1 + t) / (10 + t)) : this.decay;
      for (const [name, weight] of weights) {
        const old = this.averages.get(name);
        if (old === undefined)
          throw new Error(`WeightAverage: weight '${name}' is new; the model was changed`);
        this.averages.set(
          name,
          tf.keep(tf.tidy(() => tf.add(tf.mul(old, decay), tf.mul(weight.read(), 1 - decay)))),
        );
        old.dispose();
      }
    }
    this.updates += 1;
  }

  /** Runs `body` with the averages in the model; the trained weights come back afterwards, also after an error. */
  async useIn<T>(model: Pick<Model, 'weights'>, body: () => Promise<T>): Promise<T> {
    const { averages } = this;
    if (averages === undefined) return body();
    const weights = weightsByName(model.weights);
    const trained = new Map([...weights].map(([name, weight]) => [name, tf.keep(tf.clone(weight.read()))]));
    try {
      for (const [name, weight] of weights) weight.write(averages.get(name)!);
      return await body();
    } finally {
      for (const [name, weight] of weights) weight.write(trained.get(name)!);
      tf.dispose([...trained.values()]);
    }
  }

  /** Updates so far and the averages by weight name, for a checkpoint. */
  async state(): Promise<{ readonly updates: number; readonly averages: Map<string, NdArray> }> {
    const averages = new Map<string, NdArray>();
    for (const [name, tensor] of this.averages ?? []) {
      const data = Float32Array.from(await tensor.data<'float32'>());
      averages.set(name, { dtype: 'float32', shape: tensor.shape, data });
    }
    return { updates: this.updates, averages };
  }

  restore({ updates, averages }: { updates: number; averages: ReadonlyMap<string, NdArray> }): void {
    this.dispose();
    this.updates = updates;
    if (updates === 0) return;
    this.averages = new Map(
      [...averages].map(([name, { shape, data }]) => [
        name,
        tf.keep(tf.tensor(data as Float32Array, [...shape], 'float32')),
      ]),
    );
  }

  dispose(): void {
    tf.dispose([...(this.averages?.values() ?? [])]);
    this.averages = undefined;
    this.updates = 0;
  }
}
