import * as tf from '@tensorflow/tfjs-core';
import { eachBackend, expectNoLeak } from '@prismamba/testing';
import { expect, it } from 'vitest';
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
    expect(result.inKernels).toBeGreaterThan(0);
    expect(result.inKernels).toBeLessThanOrEqual(1);
    expect(result.peakBytes).toBeGreaterThan(batch.rgb.byteLength + batch.cube.byteLength);
    expect(formatProfile(result, 3)).toMatch(/% of it in kernels[^]*kernel +calls[^]*layer +calls[^]*more/);
    optimizer.dispose();
    model.dispose();
  });

  it('takes its watches off after an error', async () => {
    const model = smallModel();
    const failing = () => profile(model, () => Promise.reject(new Error('stop')));
    await expect(failing()).rejects.toThrow('stop');
    expect(model.layers.some((layer) => Object.hasOwn(layer, 'call'))).toBe(false);
    model.dispose();
  });
});
