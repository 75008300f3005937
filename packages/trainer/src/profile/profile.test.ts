import * as tf from '@tensorflow/tfjs-core';
import { eachBackend, expectNoLeak } from '@prismamba/testing';
import { expect, it, vi } from 'vitest';
import { l1Loss } from '../losses/l1-loss.js';
import { Adam } from '../optimizer/adam.js';
import { smallBatches, smallModel } from '../testing/small-model.js';
import { trainStep } from '../train/train-step.js';
import { formatProfile, profile } from './profile.js';

eachBackend('profile', () => {
  it('counts kernels by layer and pass, and leaves everything as it was', async () => {
    const model = smallModel();
    const optimizer = new Adam();
    const batch = await smallBatches().batchAt(0);
    const step = (onUpdate?: () => void) =>
      trainStep({ model, loss: l1Loss, optimizer, batch, learningRate: 1e-3, onUpdate });
    await step();
    const kernels = tf.getKernelsForBackend(tf.getBackend()).map(({ kernelFunc }) => kernelFunc);
    const before = performance.now();
    const result = await expectNoLeak(() => profile(model, async (onUpdate) => void (await step(onUpdate))));
    expect(tf.getKernelsForBackend(tf.getBackend()).map(({ kernelFunc }) => kernelFunc)).toEqual(kernels);

    const calls = (name: string) => result.kernels.find((row) => row.name === name)?.calls ?? 0;
    expect(calls('Tanh')).toBe(1);
    expect(calls('Conv2DBackpropFilter')).toBe(2);
    const layers = result.layers.map(({ name }) => name);
    for (const name of ['first forward', 'second forward', 'first backward', 'second backward'])
      expect(layers).toContain(name);
    const inTrace = result.trace.traceEvents as { name: string; dur: number; args: { layer: string } }[];
    const filters = inTrace
      .filter(({ name }) => name === 'Conv2DBackpropFilter')
      .map(({ args }) => args.layer);
    expect(filters.sort()).toEqual(['first backward', 'second backward']);

    const roots = inTrace.filter(({ name }) => name === 'Sqrt').map(({ args }) => args.layer);
    expect(new Set(roots), "Adam's square roots").toEqual(new Set(['optimizer, loss and the rest']));
    const parts = [...result.kernels].reduce((sum, { part }) => sum + part, 0);
    expect(parts).toBeCloseTo(1, 6);
    const time = result.kernels.reduce((sum, { milliseconds }) => sum + milliseconds, 0);
    expect(result.milliseconds, 'within the time around it').toBeLessThanOrEqual(performance.now() - before);
    expect(time / result.milliseconds / result.inKernels).toBeCloseTo(1, 6);
    expect(result.inKernels).toBeGreaterThan(0);
    expect(result.inKernels).toBeLessThanOrEqual(1);
    expect(result.peakBytes).toBeGreaterThan(batch.rgb.byteLength + batch.cube.byteLength);
    expect(formatProfile(result, 3)).toMatch(/% of it in kernels[^]*kernel +calls[^]*layer +calls[^]*more/);
    optimizer.dispose();
    model.dispose();
  });

  it('writes times of a clock, of whole kernels only', async () => {
    let time = 5000;
    const clock = vi.spyOn(performance, 'now').mockImplementation(() => time);
    const backendName = tf.getBackend();
    const kernelFunc: tf.KernelFunc = ({ inputs, backend }) => {
      time += 2;
      return tf.getKernel('Square', backendName).kernelFunc({ inputs, backend, attrs: {} });
    };
    tf.registerKernel({ kernelName: 'OuterForTests', backendName, kernelFunc });
    const x = tf.ones([3]);
    const run = () => tf.dispose(tf.engine().runKernel<tf.Tensor>('OuterForTests', { x }));
    try {
      const result = await profile({ layers: [] }, async () => {
        await Promise.resolve();
        time += 1;
        run();
        time += 4;
        run();
      });
      const event = { name: 'OuterForTests', cat: 'other', ph: 'X', dur: 2000, pid: 1, tid: 1 };
      expect(result.trace.traceEvents).toMatchObject([
        { ...event, ts: 1000 },
        { ...event, ts: 7000 },
      ]);
      expect(result).toMatchObject({ milliseconds: 9, inKernels: 4 / 9 });
      expect(result.kernels).toMatchObject([{ name: 'OuterForTests', calls: 2, milliseconds: 4, part: 1 }]);
      const none = await profile({ layers: [] }, async () => {
        await Promise.resolve();
        tf.dispose(tf.square(x));
      });
      expect(none.kernels, 'the clock stood still').toMatchObject([{ milliseconds: 0, part: 0 }]);
    } finally {
      tf.unregisterKernel('OuterForTests', backendName);
      clock.mockRestore();
      x.dispose();
    }
  });

  it('takes its watches off after an error', async () => {
    const model = smallModel();
    const failing = () => profile(model, () => Promise.reject(new Error('stop')));
    await expect(failing()).rejects.toThrow('stop');
    expect(model.layers.some((layer) => Object.hasOwn(layer, 'call'))).toBe(false);
    model.dispose();
  });
});

it('formatProfile: columns under their titles, the first rows and how many more', () => {
  const row = (name: string, calls: number, milliseconds: number) => ({
    name,
    calls,
    milliseconds,
    part: milliseconds / 160,
    peakBytes: 2_345_678,
  });
  const text = formatProfile(
    {
      milliseconds: 200.4,
      inKernels: 0.8,
      peakBytes: 12_345_678,
      kernels: [row('Conv2D', 12, 120), row('Add', 3, 39.96), row('Tanh', 1, 0.04)],
      layers: [row('a layer with a long name forward', 1, 160)],
      trace: { traceEvents: [] },
    },
    2,
  );
  const many = Array.from({ length: 17 }, (_, i) => row(`Kernel${i}`, 1, 1));
  const all = formatProfile({
    milliseconds: 1,
    inKernels: 1,
    peakBytes: 1,
    kernels: many,
    layers: [],
    trace: { traceEvents: [] },
  });
  expect(all).toContain('... and 2 more');
  expect(text.split('\n')).toEqual([
    '200 ms, 80 % of it in kernels; at most 12.3 MB of tensors',
    '',
    'kernel   calls         ms     part  peak bytes',
    'Conv2D      12      120.0   75.0 %      2.3 MB',
    'Add          3       40.0   25.0 %      2.3 MB',
    '... and 1 more',
    '',
    'layer                              calls         ms     part  peak bytes',
    'a layer with a long name forward       1      160.0  100.0 %      2.3 MB',
  ]);
});
