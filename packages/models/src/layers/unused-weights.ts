import * as tf from '@tensorflow/tfjs-core';
import * as tfl from '@tensorflow/tfjs-layers';

/**
 * Passes its input on and owns weights that nothing reads: parameters which an official network allocates (and which
 * its files hold) but never uses.
 */
export class UnusedWeights extends tfl.layers.Layer {
  static readonly className = 'UnusedWeights';
  readonly shapes: Readonly<Record<string, readonly number[]>>;

  constructor(args: { name?: string; shapes: Readonly<Record<string, readonly number[]>> }) {
    super(args);
    this.shapes = args.shapes;
  }

  override build(inputShape: tfl.Shape | tfl.Shape[]): void {
    for (const [name, shape] of Object.entries(this.shapes)) {
      this.addWeight(name, [...shape], 'float32', tfl.initializers.zeros());
    }
    super.build(inputShape);
  }

  override computeOutputShape(shape: tfl.Shape): tfl.Shape {
    return shape;
  }

  override call(inputs: tf.Tensor | tf.Tensor[]): tf.Tensor {
    return (Array.isArray(inputs) ? inputs[0]! : inputs).clone();
  }

  override getConfig(): tf.serialization.ConfigDict {
    return { ...super.getConfig(), shapes: { ...this.shapes } as unknown as tf.serialization.ConfigDict };
  }
}
tf.serialization.registerClass(UnusedWeights);
