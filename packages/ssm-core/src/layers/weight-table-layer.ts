import * as tf from '@tensorflow/tfjs-core';
import * as tfl from '@tensorflow/tfjs-layers';
import { LayerRandom } from './stochastic-layer.js';

/** Shape of a weight and its initial values, row-major; `random` gives numbers in [0, 1). */
export interface WeightSpec {
  readonly shape: readonly number[];
  readonly initial: (count: number, random: (count: number) => Float32Array) => Float32Array;
}

export const constantValues =
  (value: number): WeightSpec['initial'] =>
  (count) =>
    new Float32Array(count).fill(value);

/** Uniform in [-bound, bound). */
export const uniformValues =
  (bound: number): WeightSpec['initial'] =>
  (count, random) =>
    random(count).map((u) => bound * (2 * u - 1));

/** ln(1..N) in each row: S4D-real, Mamba's A_log. */
export const logArangeValues =
  (states: number): WeightSpec['initial'] =>
  (count) =>
    Float32Array.from({ length: count }, (_, i) => Math.log((i % states) + 1));

/** softplus^-1 of step sizes, log-uniform between 0.001 and 0.1 (Mamba, section 3.6). */
export const stepSizeBiasValues: WeightSpec['initial'] = (count, random) =>
  random(count).map((u) => {
    const dt = Math.max(1e-4, Math.exp(u * (Math.log(0.1) - Math.log(0.001)) + Math.log(0.001)));
    return dt + Math.log(-Math.expm1(-dt));
  });

export interface WeightTableLayerConfig {
  readonly name?: string;
  /** Shape of one sample, for the first layer of a `tf.sequential`. */
  inputShape?: tfl.Shape;
  /** Every initial value follows from this number and the weight's name; 0 unless stated. */
  readonly seed?: number;
}

/** A layer whose weights are a table from (official) names to shapes and initial values. */
export abstract class WeightTableLayer<K extends string> extends tfl.layers.Layer {
  protected readonly seed: number;
  private readonly variables = new Map<K, tfl.LayerVariable>();

  constructor(config: WeightTableLayerConfig) {
    super(config);
    this.seed = config.seed ?? 0;
  }

  /** Every weight, in the order of the state dictionary. */
  protected abstract weightTable(inputShape: tfl.Shape): Readonly<Record<K, WeightSpec>>;

  override build(inputShape: tfl.Shape | tfl.Shape[]): void {
    const first = (Array.isArray(inputShape[0]) ? inputShape[0] : inputShape) as tfl.Shape;
    for (const [name, { shape, initial }] of Object.entries(this.weightTable(first)) as [K, WeightSpec][]) {
      const variable = this.addWeight(name, [...shape], 'float32', tfl.initializers.zeros());
      const random = new LayerRandom(name);
      random.setState(this.seed, 0);
      const values = tf.tensor(
        initial(variable.read().size, (count) => random.next(count)),
        [...shape],
      );
      variable.write(values);
      values.dispose();
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
    return { ...super.getConfig(), seed: this.seed };
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
