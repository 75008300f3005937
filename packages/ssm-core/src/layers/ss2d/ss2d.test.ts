import { eachBackend, expectRelativeError } from '@prismamba/testing';
import * as tf from '@tensorflow/tfjs-core';
import * as tfl from '@tensorflow/tfjs-layers';
import { expect, it } from 'vitest';
import { VSSBlock } from '../vss-block/vss-block.layer.js';
import { SS2D } from './ss2d.layer.js';

eachBackend('SS2D layer', (backend) => {
  it('is the VSS block without its norm', async () => {
    const block = new VSSBlock({ name: 'block', seed: 6, dState: 4 });
    const layer = new SS2D({ name: 'inner', dState: 4 });
    const x = tf.randomNormal<tf.Rank.R4>([1, 4, 5, 6], 0, 1, 'float32', 3);
    // normalised by hand: the norm's own parameters are 1 and 0
    const normalised = tf.tidy(() => {
      const { mean, variance } = tf.moments(x, -1, true);
      return tf.div(tf.sub(x, mean), tf.sqrt(tf.add(variance, 1e-5)));
    });
    const y = block.apply(x) as tf.Tensor;
    tf.dispose(layer.apply(normalised) as tf.Tensor);
    layer.setWeights(block.getWeights().slice(4));
    const inner = layer.apply(normalised) as tf.Tensor;
    expectRelativeError(await inner.data(), await y.data(), 1e-5);
    tf.dispose([x, normalised, y, inner]);
    block.dispose();
    layer.dispose();
  });

  it.each([
    // Both norms and projections, the convolution and the scan are one kernel each, and the gate is never a map.
    [{ dState: 4 }, true, ['NormLinearSplit', 'DepthwiseSilu', 'SS2DScan', 'MergeProjectedGate']],
    // The block as one node of the tape wants its states in fours.
    [{ dState: 3 }, false, ['NormLinearSplit', 'DepthwiseSilu', 'MergeNormGateLinear']],
    [{ dState: 4, directions: 2 }, false, ['NormLinearSplit', 'DepthwiseSilu', 'MergeNormGateLinear']],
  ] as const)('%j: the fused kernels that it runs', async (sizes, asOneNode, wanted) => {
    const layer = new SS2D({ ...sizes, seed: 1 });
    const x = tf.randomNormal<tf.Rank.R4>([1, 4, 5, 6], 0, 1, 'float32', 3);
    tf.dispose(layer.apply(x) as tf.Tensor);
    const { kernelNames } = await tf.profile(() => tf.dispose(layer.apply(x) as tf.Tensor));
    if (backend === 'wasm') {
      expect(kernelNames).toEqual(expect.arrayContaining([...wanted]));
      // TensorFlow.js also counts the scope of the node itself.
      if (asOneNode) expect(kernelNames.filter((name) => name !== 'unnamed scope')).toEqual(wanted);
      else expect(kernelNames).not.toContain('MergeProjectedGate');
    }
    if (backend === 'cpu') expect(kernelNames.includes('SS2DScan')).toBe(!('directions' in sizes));
    tf.dispose(x);
    layer.dispose();
  });

  it('trains in a sequential model of TensorFlow.js', async () => {
    const model = tfl.sequential({
      layers: [
        new SS2D({ inputShape: [4, 4, 3], dState: 4, seed: 1 }),
        tfl.layers.globalAveragePooling2d({ dataFormat: 'channelsLast' }),
        tfl.layers.dense({ units: 1 }),
      ],
    });
    expect(model.layers[0]!.weights.map((w) => w.shape)).toEqual([
      ...[[4, 9, 6], [4, 6, 1], [4, 6], [24, 4], [24], [12, 3]],
      ...[[6, 1, 3, 3], [6], [6], [6], [3, 6]],
    ]);
    model.compile({ optimizer: 'adam', loss: 'meanSquaredError' });
    const x = tf.randomNormal([2, 4, 4, 3], 0, 1, 'float32', 1);
    const y = tf.ones([2, 1]);
    const history = await model.fit(x, y, { epochs: 3, verbose: 0 });
    const losses = history.history['loss'] as number[];
    expect(losses[2]).toBeLessThan(losses[0]!);
    tf.dispose([x, y]);
    model.dispose();
    model.optimizer.dispose();
  });

  it('names what is wrong in a config', () => {
    expect(() => new SS2D({ dtRank: 0 })).toThrow(/SS2D: dtRank: got 0, wanted a whole number of at least 1/);
  });
});
