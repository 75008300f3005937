import { createRandom, deriveSeed } from '@prismamba/core';
import * as tf from '@tensorflow/tfjs-core';
import * as tfl from '@tensorflow/tfjs-layers';
import type { Initializer } from './initializers.js';

export interface WeightSpec {
  readonly shape: readonly number[];
  readonly initial: Initializer;
}

export interface WeightTableLayerConfig {
  readonly name?: string;
  /** Shape of one sample, for the first layer of a `tf.sequential`. */
  inputShape?: tfl.Shape;
  /** Every initial value follows from this number and the weight's name; 0 unless stated. */
  readonly seed?: number;
  /**
   * `seeded` (default) draws them from `seed`; `zeros` leaves them at zero, for a caller that sets every weight itself, as
   * a network does that is initialised or loaded as a whole.
   */
  readonly weightInitializer?: 'seeded' | 'zeros';
}

/** A layer whose weights are a table from (official) names to shapes and initial values. */
export abstract class WeightTableLayer<K extends string> extends tfl.layers.Layer {
  protected readonly seed: number;
  private readonly weightInitializer: 'seeded' | 'zeros';
  private readonly variables = new Map<K, tfl.LayerVariable>();

  constructor(config: WeightTableLayerConfig) {
    super(config);
    this.seed = config.seed ?? 0;
    const { weightInitializer = 'seeded' } = config;
    if (weightInitializer !== 'seeded' && weightInitializer !== 'zeros') {
      throw new Error(
        `${this.getClassName()}: weightInitializer: got '${String(weightInitializer)}', wanted 'seeded' or 'zeros'`,
      );
    }
    this.weightInitializer = weightInitializer;
  }

  /** Every weight, in the order of the state dictionary. */
  protected abstract weightTable(inputShape: tfl.Shape): Readonly<Record<K, WeightSpec>>;

  override build(inputShape: tfl.Shape | tfl.Shape[]): void {
    const first = (Array.isArray(inputShape[0]) ? inputShape[0] : inputShape) as tfl.Shape;
    for (const [name, { shape, initial }] of Object.entries(this.weightTable(first)) as [K, WeightSpec][]) {
      const variable = this.addWeight(name, [...shape], 'float32', tfl.initializers.zeros());
      if (this.weightInitializer === 'seeded') {
        const random = createRandom(deriveSeed(this.seed, 'weight', name));
        const values = tf.tensor(initial(shape, random), [...shape]);
        variable.write(values);
        values.dispose();
      }
      this.variables.set(name, variable);
    }
    this.built = true;
  }

  /** The weights as they are now. */
  protected readWeights(): Record<K, tf.Tensor> {
    const values = {} as Record<K, tf.Tensor>;
    for (const [name, variable] of this.variables) values[name] = variable.read();
    return values;
  }

  override computeOutputShape(inputShape: tfl.Shape | tfl.Shape[]): tfl.Shape | tfl.Shape[] {
    return inputShape;
  }

  override getConfig(): tf.serialization.ConfigDict {
    return { ...super.getConfig(), seed: this.seed, weightInitializer: this.weightInitializer };
  }
}

/** The last size of a shape. @throws when it is not fixed. */
export function fixedChannels(caller: string, shape: tfl.Shape): number {
  const channels = shape[shape.length - 1];
  if (typeof channels !== 'number') {
    throw new Error(
      `${caller}: input shape: got [${shape.join(', ')}], wanted a fixed number of channels last`,
    );
  }
  return channels;
}

/** The one tensor of a layer's call. */
export function singleInput<T extends tf.Tensor>(inputs: tf.Tensor | tf.Tensor[]): T {
  return (Array.isArray(inputs) ? inputs[0] : inputs) as T;
}
