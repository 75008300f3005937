import * as tf from '@tensorflow/tfjs-core';
import * as tfl from '@tensorflow/tfjs-layers';
import { createRandom, deriveSeed, type Random } from '../random/random.js';

export interface WeightSpec {
  readonly shape: readonly number[];
  /** Its initial values, row-major (an `Initializer`) or as a tensor of that shape. */
  readonly initial: (shape: readonly number[], random: Random) => Float32Array | tf.Tensor;
  /** False for statistics that move without a gradient; true unless stated. */
  readonly trainable?: boolean;
}

/** The weights of a layer by name, each with its rank: `{ readonly weight: tf.Tensor2D; ... }`. */
export type WeightTensors<W> = { readonly [K in keyof W]: tf.Tensor };

/** A specification for every weight. */
export type WeightTable<W> = { readonly [K in keyof W]: WeightSpec };

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

/** The base of every layer with weights: they are a table from (official) names to shapes and initial values. */
export abstract class WeightTableLayer<W extends WeightTensors<W>> extends tfl.layers.Layer {
  protected readonly seed: number;
  private readonly weightInitializer: 'seeded' | 'zeros';
  private readonly variables = new Map<keyof W, tfl.LayerVariable>();

  constructor(config: WeightTableLayerConfig = {}) {
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

  /**
   * Every weight, in the order of the state dictionary. No name begins with a digit: TensorFlow.js takes a file whose first weight
   * is called so for one of Keras 3, which numbers its weights, and does not load it.
   */
  protected abstract weightTable(inputShape: tfl.Shape): WeightTable<W>;

  override build(inputShape: tfl.Shape | tfl.Shape[]): void {
    const table = Object.entries<WeightSpec>(this.weightTable(firstShape(inputShape)));
    for (const [name, { shape, initial, trainable = true }] of table) {
      if (/^\d/.test(name)) {
        throw new Error(
          `${this.getClassName()}: weight '${name}': wanted a name that does not begin with a digit, ` +
            'or TensorFlow.js does not load a saved model again',
        );
      }
      const zeros = tfl.initializers.zeros();
      const variable = this.addWeight(name, [...shape], 'float32', zeros, undefined, trainable);
      if (this.weightInitializer === 'seeded') {
        const random = createRandom(deriveSeed(this.seed, 'weight', name));
        const drawn = initial(shape, random);
        const values = drawn instanceof tf.Tensor ? drawn : tf.tensor(drawn, [...shape]);
        variable.write(values);
        values.dispose();
      }
      this.variables.set(name as keyof W, variable);
    }
    this.built = true;
  }

  /** The weights as they are now. */
  protected readWeights(): W {
    const values: Partial<W> = {};
    for (const name of this.variables.keys()) values[name] = this.variable(name).read() as W[typeof name];
    return values as W;
  }

  /** One weight, to be written. */
  protected variable(name: keyof W): tfl.LayerVariable {
    return this.variables.get(name)!;
  }

  override computeOutputShape(inputShape: tfl.Shape | tfl.Shape[]): tfl.Shape | tfl.Shape[] {
    return inputShape;
  }

  override getConfig(): tf.serialization.ConfigDict {
    return { ...super.getConfig(), seed: this.seed, weightInitializer: this.weightInitializer };
  }
}

/** The shape of a layer's first input. */
export function firstShape(inputShape: tfl.Shape | tfl.Shape[]): tfl.Shape {
  return (Array.isArray(inputShape[0]) ? inputShape[0] : inputShape) as tfl.Shape;
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
