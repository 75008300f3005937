import { layerForms } from '@prismamba/core/layer';
import { eachBackend } from '@prismamba/testing';
import * as tf from '@tensorflow/tfjs-core';
import * as tfl from '@tensorflow/tfjs-layers';
import { expect, it } from 'vitest';
import { PointwiseGeluResidual } from './pointwise-gelu-residual.layer.js';

eachBackend('PointwiseGeluResidual layer', () => {
  it('fuses maps, or factors of x, with the same weights', async () => {
    const input = (channels: number, name: string) => tfl.input({ shape: [null, null, channels], name });
    const [x, m, a] = [input(4, 'x'), input(3, 'm'), input(1, 'a')];
    const layer = new PointwiseGeluResidual({ name: 'conv1', branches: ['map', 'scale'], seed: 2 });
    const fused = tfl.model({ inputs: [x, m, a], outputs: layer.apply([x, m, a]) as tfl.SymbolicTensor });
    expect(layer.weights.map((weight) => [weight.originalName, weight.shape])).toEqual([
      ['conv1/weight', [4, 7, 1, 1]],
      ['conv1/bias', [4]],
    ]);
    const values = [4, 3, 1].map((channels, i) =>
      tf.randomNormal([2, 3, 5, channels], 0, 1, 'float32', i + 1),
    );
    const y = fused.predict(values) as tf.Tensor;
    const plain = new PointwiseGeluResidual({ name: 'plain', seed: 2 });
    const product = tf.mul(values[0]!, values[2]!);
    const again = plain.apply([values[0]!, values[1]!, product]) as tf.Tensor;
    const wanted = await again.data();
    (await y.data()).forEach((v, i) => expect(v).toBeCloseTo(wanted[i]!, 5));
    expect(layer.getConfig()).toMatchObject({ branches: ['map', 'scale'], seed: 2 });
    // Its class is known to TensorFlow.js when a model is loaded, with its cost and its ONNX form.
    expect(tf.serialization.SerializationMap.getMap().classNameMap).toHaveProperty('PointwiseGeluResidual');
    expect(layerForms(layer)).toMatchObject({
      cost: expect.any(Function) as unknown,
      onnx: expect.any(Function) as unknown,
    });
    tf.dispose([...values, y, product, again]);
    fused.dispose();
    plain.dispose();
  });

  it('names what is wrong', () => {
    const x = tf.zeros([1, 2, 2, 3]);
    expect(() => new PointwiseGeluResidual().apply(x)).toThrow(/got one tensor, wanted \[x, branch, ...\]/);
    expect(() => new PointwiseGeluResidual({ branches: ['map'] }).apply([x, x, x])).toThrow(
      /branches: got 1 kinds for 2 branches/,
    );
    x.dispose();
  });
});
