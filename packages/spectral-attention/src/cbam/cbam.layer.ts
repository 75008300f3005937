import * as tf from '@tensorflow/tfjs-core';
import * as tfl from '@tensorflow/tfjs-layers';
import { lastSize } from '../last-size.js';
import { fanInUniform } from '../uniform-initializer.js';
import { cbam } from './cbam.js';

export interface CbamConfig {
  readonly name?: string;
  /** Reduction r of the channel net; 16 unless stated. The hidden width is max(1, floor(C / r)). */
  readonly reduction?: number;
  /** Size of the spatial filter, odd; 7 unless stated. */
  readonly kernelSize?: number;
  /** Every initial value follows from this number; 0 unless stated. */
  readonly seed?: number;
}

/**
 * Layer of {@link cbam}: [B, H, W, C] to the same shape; weights `fc.0.weight` [C, C/r], `fc.2.weight` [C/r, C] and
 * `spatial.weight` [K, K, 2, 1], uniform in +-1/sqrt(fan-in).
 */
export class Cbam extends tfl.layers.Layer {
  static readonly className = 'Cbam';
  private readonly reduction: number;
  private readonly kernelSize: number;
  private readonly seed: number;
  private weightsInOrder: tfl.LayerVariable[] = [];

  constructor(config: CbamConfig = {}) {
    super(config);
    const { reduction = 16, kernelSize = 7, seed = 0 } = config;
    if (kernelSize % 2 !== 1) throw new Error(`Cbam: kernelSize: got ${kernelSize}, wanted an odd number`);
    if (!(reduction >= 1)) throw new Error(`Cbam: reduction: got ${reduction}, wanted at least 1`);
    this.reduction = reduction;
    this.kernelSize = kernelSize;
    this.seed = seed;
  }

  override build(inputShape: tfl.Shape | tfl.Shape[]): void {
    const channels = lastSize('Cbam', inputShape);
    const hidden = Math.max(1, Math.floor(channels / this.reduction));
    const k = this.kernelSize;
    const add = (name: string, shape: number[], fanIn: number) =>
      this.addWeight(name, shape, 'float32', fanInUniform(fanIn, this.seed, name));
    this.weightsInOrder = [
      add('fc.0.weight', [channels, hidden], channels),
      add('fc.2.weight', [hidden, channels], hidden),
      add('spatial.weight', [k, k, 2, 1], 2 * k * k),
    ];
    this.built = true;
  }

  override call(inputs: tf.Tensor | tf.Tensor[], kwargs: Record<string, unknown>): tf.Tensor {
    return tf.tidy(() => {
      this.invokeCallHook(inputs, kwargs);
      const x = (Array.isArray(inputs) ? inputs[0] : inputs) as tf.Tensor4D;
      const [fc0, fc2, filter] = this.weightsInOrder.map((weight) => weight.read());
      return cbam({ x, fc0: fc0 as tf.Tensor2D, fc2: fc2 as tf.Tensor2D, filter: filter as tf.Tensor4D });
    });
  }

  override computeOutputShape(inputShape: tfl.Shape | tfl.Shape[]): tfl.Shape | tfl.Shape[] {
    return inputShape;
  }

  override getConfig(): tf.serialization.ConfigDict {
    const { reduction, kernelSize, seed } = this;
    return { ...super.getConfig(), reduction, kernelSize, seed };
  }
}
tf.serialization.registerClass(Cbam);
