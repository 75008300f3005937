import * as tf from '@tensorflow/tfjs-core';
import type { Batch } from '../batches/batch-source.js';
import type { Loss } from '../losses/loss.js';
import type { Model } from '../model.js';
import { watchLayers } from '../model-layers.js';
import { lossFromHost, needsHost, type LossFromHost } from './host-terms.js';
import { lossAndGradients } from './train-step.js';

/** The first value that is not finite, in the order of computing: forward, then backward. */
export interface Anomaly {
  /** The layer, or undefined where the loss itself is the first. */
  readonly layer: string | undefined;
  readonly what: 'weight' | 'output' | 'loss' | 'gradient of the output' | 'gradient of a weight';
  /** The weight, where it is one. */
  readonly weight?: string;
  readonly nan: number;
  readonly infinite: number;
  readonly of: number;
}

type Place = Pick<Anomaly, 'layer' | 'what' | 'weight'>;

/** Counts what is not finite in tensors, in the order in which it is shown them; the counts are read at once at the end. */
class Lookout {
  private readonly seen: { readonly place: Place; readonly of: number; readonly counts: tf.Tensor1D }[] = [];

  look(place: Place, tensor: tf.Tensor): void {
    // [NaN, infinite]
    const counts = tf.tidy(() =>
      tf.keep(tf.stack([tf.isNaN(tensor), tf.isInf(tensor)].map((bad) => tf.sum(tf.cast(bad, 'float32'))))),
    ) as tf.Tensor1D;
    this.seen.push({ place, of: tensor.size, counts });
  }

  /** The first tensor that holds something. */
  async first(): Promise<Anomaly | undefined> {
    if (this.seen.length === 0) return undefined;
    const all = tf.concat1d(this.seen.map(({ counts }) => counts));
    const numbers = await all.data<'float32'>();
    all.dispose();
    const at = this.seen.findIndex((_, i) => numbers[2 * i]! + numbers[2 * i + 1]! > 0);
    if (at < 0) return undefined;
    const { place, of } = this.seen[at]!;
    return { ...place, nan: numbers[2 * at]!, infinite: numbers[2 * at + 1]!, of };
  }

  dispose(): void {
    tf.dispose(this.seen.map(({ counts }) => counts));
  }
}

/**
 * Runs a batch forward and backward and looks at every layer, in the order of computing. Slow (every value is counted);
 * for a step that is known to have gone wrong. Random layers draw what they drew last, so call it before the next
 * `setRandomState`. Nothing of the model is changed.
 *
 * @returns the first anomaly, or undefined where everything is finite.
 */
export async function findAnomaly(model: Model, loss: Loss, batch: Batch): Promise<Anomaly | undefined> {
  const lookout = new Lookout();
  const { size, height, width, bands } = batch;
  const rgb = tf.tensor4d(batch.rgb, [size, height, width, 3]);
  const cube = tf.tensor4d(batch.cube, [size, height, width, bands]);
  let host: LossFromHost | undefined;
  try {
    for (const weight of model.weights) {
      const name = weight.originalName;
      lookout.look({ layer: name.split('/')[0], what: 'weight', weight: name }, weight.read());
    }
    if (needsHost(loss)) host = await lossFromHost(model, loss, { rgb, cube }, batch.cube);
    await watchLayers(
      model.layers,
      (name, call) => {
        const output = call();
        const watched = (tensor: tf.Tensor) => watch(lookout, name, tensor);
        return Array.isArray(output) ? output.map(watched) : watched(output);
      },
      () => pass(lookout, model, host?.loss ?? loss, { rgb, cube }),
    );
    return await lookout.first();
  } finally {
    host?.dispose();
    lookout.dispose();
    tf.dispose([rgb, cube]);
  }
}

/** Looks at a layer's output, and when it comes back at its gradient. */
function watch(lookout: Lookout, layer: string, output: tf.Tensor): tf.Tensor {
  lookout.look({ layer, what: 'output' }, output);
  const identity = tf.customGrad((x) => ({
    value: tf.clone(x as tf.Tensor),
    gradFunc: (dy: tf.Tensor) => {
      lookout.look({ layer, what: 'gradient of the output' }, dy);
      return tf.clone(dy);
    },
  }));
  return identity(output);
}

/** Forward and backward, with a look at the loss and at the gradients of the weights. */
function pass(
  lookout: Lookout,
  model: Model,
  loss: Loss,
  batch: { readonly rgb: tf.Tensor4D; readonly cube: tf.Tensor4D },
): void {
  const watched: Loss = (prediction, target, rgb) => {
    const value = loss(prediction, target, rgb);
    lookout.look({ layer: undefined, what: 'loss' }, value);
    return value;
  };
  const result = lossAndGradients(model, watched, batch);
  for (const [name, gradient] of result.gradients)
    lookout.look({ layer: name.split('/')[0], what: 'gradient of a weight', weight: name }, gradient);
  tf.dispose([result.loss, ...result.gradients.values()]);
}

/** One sentence. */
export function describeAnomaly({ layer, what, weight, nan, infinite, of }: Anomaly): string {
  const values = `${nan} NaN and ${infinite} infinite of ${of} values`;
  if (what === 'loss')
    return `the first value that is not finite is the loss itself (every layer's output is finite)`;
  if (weight !== undefined) return `the first values that are not finite: ${what} '${weight}' (${values})`;
  return `the first values that are not finite: ${what} of layer '${layer}' (${values})`;
}
