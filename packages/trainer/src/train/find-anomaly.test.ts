import * as tf from '@tensorflow/tfjs-core';
import * as tfl from '@tensorflow/tfjs-layers';
import { eachBackend, expectNoLeak } from '@prismamba/testing';
import { expect, it } from 'vitest';
import { l1Loss } from '../losses/l1-loss.js';
import type { Loss } from '../losses/loss.js';
import { Adam } from '../optimizer/adam.js';
import { constantSchedule } from '../schedules/constant-schedule.js';
import { smallBatches } from '../testing/small-model.js';
import { describeAnomaly, findAnomaly } from './find-anomaly.js';
import { train } from './train.js';

/** What is infinite: the output, or only the slope. */
class Steep extends tfl.layers.Layer {
  static readonly className = 'SteepForTests';
  constructor(private readonly what: 'output' | 'slope') {
    super({ name: 'steep' });
  }
  override call(inputs: tf.Tensor | tf.Tensor[]): tf.Tensor {
    const x = Array.isArray(inputs) ? inputs[0]! : inputs;
    // Not log(0), which a graphics processor may take for -88. sqrt(0) = 0, whose slope is infinite.
    return this.what === 'output' ? tf.add(x, -Infinity) : tf.sqrt(tf.mul(x, 0));
  }
}

const model = (infinite: 'output' | 'slope') =>
  tfl.sequential({
    layers: [
      tfl.layers.conv2d({ name: 'first', filters: 4, kernelSize: 1, inputShape: [null, null, 3] }),
      new Steep(infinite),
      tfl.layers.conv2d({ name: 'last', filters: 4, kernelSize: 1 }),
    ],
  });

eachBackend('findAnomaly', () => {
  it('names the first layer whose output is not finite', async () => {
    const net = model('output');
    const batch = await smallBatches().batchAt(0);
    const anomaly = await expectNoLeak(() => findAnomaly(net, l1Loss, batch));
    expect(anomaly).toMatchObject({ layer: 'steep', what: 'output', infinite: 432, of: 432 });
    expect(describeAnomaly(anomaly!)).toContain(
      "output of layer 'steep' (0 NaN and 432 infinite of 432 values)",
    );
    net.dispose();
  });

  it('names the first gradient that is not finite, the weight that is NaN, and the loss', async () => {
    const batch = await smallBatches().batchAt(0);
    const net = model('slope');
    expect(await findAnomaly(net, l1Loss, batch)).toMatchObject({
      layer: 'first',
      what: 'gradient of the output',
    });
    const nan: Loss = (p, t) => tf.tidy(() => tf.mul(l1Loss(p, t), Number.NaN));
    expect(await findAnomaly(net, nan, batch)).toMatchObject({ layer: undefined, what: 'loss' });
    const bias = net.weights.find(({ originalName }) => originalName === 'last/bias')!;
    tf.tidy(() => void bias.write(tf.fill([4], Number.NaN)));
    expect(await findAnomaly(net, l1Loss, batch)).toMatchObject({
      what: 'weight',
      weight: 'last/bias',
      nan: 4,
    });
    net.dispose();
  });

  it('looks at every output of a layer that has several', async () => {
    class Two extends tfl.layers.Layer {
      static readonly className = 'TwoForTests';
      override computeOutputShape(shape: tfl.Shape): tfl.Shape[] {
        return [shape, shape];
      }
      override call(inputs: tf.Tensor | tf.Tensor[]): tf.Tensor[] {
        const x = Array.isArray(inputs) ? inputs[0]! : inputs;
        return [tf.clone(x), tf.add(x, Infinity)];
      }
    }
    const input = tfl.input({ shape: [null, null, 3] });
    const outputs = new Two({ name: 'two' }).apply(input) as tfl.SymbolicTensor[];
    const last = tfl.layers.conv2d({ name: 'last', filters: 4, kernelSize: 1 });
    const net = tfl.model({ inputs: input, outputs: last.apply(outputs[0]!) as tfl.SymbolicTensor });
    const batch = await smallBatches().batchAt(0);
    const anomaly = await expectNoLeak(() => findAnomaly(net, l1Loss, batch));
    expect(anomaly).toMatchObject({ layer: 'two', what: 'output', nan: 0, infinite: 324 });
    net.dispose();
  });

  it('finds nothing where everything is finite, and leaves the layers as they were', async () => {
    const net = tfl.sequential({
      layers: [tfl.layers.conv2d({ name: 'first', filters: 4, kernelSize: 1, inputShape: [null, null, 3] })],
    });
    expect(await findAnomaly(net, l1Loss, await smallBatches().batchAt(0))).toBeUndefined();
    expect(Object.hasOwn(net.layers[0]!, 'call')).toBe(false);
    net.dispose();
  });

  it('training with detectAnomaly stops before bad gradients reach the weights', async () => {
    const net = model('slope');
    const optimizer = new Adam();
    const before = await net.weights[0]!.read().data();
    const options = {
      model: net,
      loss: l1Loss,
      optimizer,
      schedule: constantSchedule(1),
      batches: smallBatches(),
    };
    await expect(train({ ...options, steps: 3, seed: 1, detectAnomaly: true })).rejects.toThrow(
      /a gradient of step 1 is not finite.*Looked for: .*gradient of the output of layer 'first'/,
    );
    expect(await net.weights[0]!.read().data()).toEqual(before);
    optimizer.dispose();
    net.dispose();
  });
});
