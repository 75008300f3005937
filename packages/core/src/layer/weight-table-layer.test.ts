import { startBackend } from '@prismamba/backend';
import * as tf from '@tensorflow/tfjs-core';
import { beforeAll, expect, it } from 'vitest';
import { constant } from './initializers.js';
import { WeightTableLayer, type WeightTable } from './weight-table-layer.js';

class Numbered extends WeightTableLayer<Record<string, tf.Tensor>> {
  static readonly className = 'WeightTableNumbered';
  readonly weight: string;
  constructor(args: { readonly weight: string }) {
    super({});
    this.weight = args.weight;
  }
  protected override weightTable(): WeightTable<Record<string, tf.Tensor>> {
    return { [this.weight]: { shape: [2], initial: constant(1) } };
  }
}

beforeAll(() => startBackend('cpu'));

it('refuses a weight whose name begins with a digit, which TensorFlow.js would not load again', () => {
  expect(() => new Numbered({ weight: '0.weight' }).build([null, 2])).toThrow(
    "WeightTableNumbered: weight '0.weight': wanted a name that does not begin with a digit",
  );
  const layer = new Numbered({ weight: 'weight.0' });
  layer.build([null, 2]);
  expect(layer.weights.map((weight) => weight.originalName)).toEqual(['weight.0']);
  tf.dispose(layer.weights.map((weight) => weight.read()));
});
