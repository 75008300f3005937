import { eachBackend, expectClose, operatorSuite } from '@prismamba/testing';
import * as tf from '@tensorflow/tfjs-core';
import * as tfl from '@tensorflow/tfjs-layers'; // also registers the gradients of TensorFlow.js' own operators
import { expect, it } from 'vitest';
import { GradientStatisticsLayer } from './gradient-statistics.layer.js';
import { gradientStatisticsOperator } from './gradient-statistics.operator.js';
import {
  gradientStatisticsReference,
  gradientStatisticsReferenceGradient,
} from './gradient-statistics.reference.js';
import { gradientStatistics } from './gradient-statistics.js';

const input = (...shape: number[]) => ({ x: { shape } });
const tied = (...shape: number[]) => ({ x: { shape, step: 0.5 } });

operatorSuite<'x'>({
  name: 'gradientStatistics',
  cases: {
    'two small images': input(2, 4, 5, 6),
    'smallest image, two channels': input(1, 3, 3, 2),
    'three channels': input(2, 3, 6, 3),
    'four channels': input(1, 4, 3, 4),
    'five channels': input(1, 5, 4, 5),
    'GMSR stage 1': input(2, 5, 7, 10),
    'GMSR stage 2': input(1, 6, 5, 20),
    'GMSR stage 3': input(2, 4, 6, 31),
    'ties share the extremes, the first takes the maximum': tied(2, 5, 6, 7),
    'ties with few channels': tied(2, 4, 5, 3),
    'constant: 0, and no gradient (no channels change)': {
      x: { shape: [2, 4, 5, 6], scale: 0, offset: 0.7 },
    },
    'constant with few channels': { x: { shape: [1, 3, 4, 3], scale: 0, offset: 0.7 } },
    'more than one range of work': input(2, 47, 90, 2),
  },
  reference: ({ x }, shapes) => gradientStatisticsReference(x, shapes.x),
  gradient: ({ x }, shapes, [dMaps, dPooled]) => ({
    x: gradientStatisticsReferenceGradient(x, shapes.x, [dMaps!, dPooled!]),
  }),
  operator: ({ x }) => {
    const { maps, pooled } = gradientStatistics(x as tf.Tensor4D);
    return [maps, pooled];
  },
  composed: ({ x }) => {
    const { maps, pooled } = gradientStatisticsOperator.composed({ x: x as tf.Tensor4D });
    return [maps, pooled];
  },
  kernels: { wasm: gradientStatisticsOperator.name, webgpu: gradientStatisticsOperator.name },
  // the extremes' gradients are sums over all pixels that nearly cancel; in float32 operators 2e-5
  gradientLimit: 5e-5,
});

eachBackend('gradientStatistics', (backend) => {
  it('names what is wrong', () => {
    const x = tf.zeros<tf.Rank.R4>([1, 3, 2, 4]);
    expect(() => gradientStatistics(x)).toThrow(
      /gradientStatistics: x: got 3 x 2 pixels and 4 channels, wanted at least 3 x 3 and 2/,
    );
    x.dispose();
  });

  it.each([3, 6])('a ramp of %d channels: all differences the same, every statistic 0', async (C) => {
    // exact in float32 up to 0.1, whose sums are rounded
    const shape = [1, 40, 90, C] as [number, number, number, number];
    const ramp = tf.tensor4d(
      Array.from({ length: 40 * 90 * C }, (_, i) => {
        const [row, column, band] = [Math.floor(i / (90 * C)), Math.floor(i / C) % 90, i % C];
        return 0.125 * (row + column) + 0.0999755859375 * band; // 1638 / 16384: sums of it are rounded, it is not
      }),
      shape,
    );
    const { maps, pooled } = gradientStatistics(ramp);
    expect(Math.max(...(await maps.data()).map(Math.abs))).toBe(0);
    expect(Math.max(...(await pooled.data()).map(Math.abs))).toBe(0);
    tf.dispose([ramp, maps, pooled]);
  });

  it.each([2, 3, 6, 10])('NaN stays NaN, and no memory is touched beside it, %d channels', async (C) => {
    const x = tf.fill<tf.Rank.R4>([1, 3, 4, C], NaN);
    const f = (t: tf.Tensor) =>
      tf.tidy(() => {
        const { maps, pooled } = gradientStatistics(t as tf.Tensor4D);
        return tf.add(tf.sum(maps), tf.sum(pooled));
      });
    const y = f(x);
    const dx = tf.grad(f)(x);
    expect([...(await y.data())]).toEqual([NaN]);
    expect((await dx.data()).some(Number.isNaN)).toBe(true);
    const { maps, pooled } = gradientStatistics(x);
    expect([...(await maps.data())].every(Number.isNaN)).toBe(true);
    expect([...(await pooled.data())].every(Number.isNaN)).toBe(true);
    tf.dispose([x, y, dx, maps, pooled]);
  });

  it('is a layer with two outputs and no weights', async () => {
    const layer = new GradientStatisticsLayer();
    const x = tf.randomNormal<tf.Rank.R4>([2, 4, 5, 6], 0, 1, 'float32', 1);
    const [maps, pooled] = layer.apply(x) as [tf.Tensor, tf.Tensor];
    const direct = gradientStatistics(x);
    expect(await maps.data()).toEqual(await direct.maps.data());
    expect(await pooled.data()).toEqual(await direct.pooled.data());
    expect(layer.computeOutputShape([null, 4, 5, 6])).toEqual([
      [null, 4, 5, 2],
      [null, 2, 6],
    ]);
    tf.dispose([x, maps, pooled, direct.maps, direct.pooled]);
  });

  it('computes once in a prediction, and in every call where gradients are recorded', async () => {
    const input = tfl.input({ shape: [4, 5, 6] });
    const layer = new GradientStatisticsLayer();
    const both = layer.apply(input) as tfl.SymbolicTensor[];
    const model = tfl.model({ inputs: input, outputs: both });
    const flat = [both[0]!, both[1]!].map((t) => tfl.layers.flatten().apply(t) as tfl.SymbolicTensor);
    const joined = tfl.model({
      inputs: input,
      outputs: tfl.layers.concatenate().apply(flat) as tfl.SymbolicTensor,
    });
    const x = tf.randomNormal<tf.Rank.R4>([1, 4, 5, 6], 0, 1, 'float32', 1);
    const direct = gradientStatistics(x);
    const name = backend === 'wasm' || backend === 'webgpu' ? gradientStatisticsOperator.name : 'Max';
    const count = (kernel: { name: string }) => kernel.name === name;
    const kernelsOf = async (predict: tfl.LayersModel) => {
      const { kernels } = await tf.profile(() => {
        tf.dispose(predict.predict(x));
        return x;
      });
      return kernels.filter(count).length;
    };
    const alone = await tf.profile(() => {
      const { maps, pooled } = gradientStatistics(x);
      tf.dispose([maps, pooled]);
      return x;
    });
    const once = alone.kernels.filter(count).length;
    expect(once).toBeGreaterThan(0);
    expect(await kernelsOf(model)).toBe(once);
    expect(await kernelsOf(joined)).toBe(once); // the pooled values are read, and freed, first
    const before = tf.memory().numTensors;
    const again = model.predict(x) as tf.Tensor[];
    expect(tf.memory().numTensors - before).toBe(2);
    expect(await again[0]!.data()).toEqual(await direct.maps.data());
    expect(await again[1]!.data()).toEqual(await direct.pooled.data());
    const twice = tf.grad((t) => {
      const [maps] = layer.apply(t) as [tf.Tensor, tf.Tensor];
      const [, pooled] = layer.apply(t) as [tf.Tensor, tf.Tensor];
      return tf.add(tf.sum(tf.square(maps)), tf.sum(tf.square(pooled)));
    })(x);
    const plain = tf.grad((t) => {
      const { maps, pooled } = gradientStatistics(t as tf.Tensor4D);
      return tf.add(tf.sum(tf.square(maps)), tf.sum(tf.square(pooled)));
    })(x);
    expectClose(await twice.data(), await plain.data(), { rtol: 1e-5, atol: 1e-6 });
    tf.dispose([x, direct.maps, direct.pooled, again, twice, plain]);
  });
});
