import { eachBackend } from '@prismamba/testing';
import * as tf from '@tensorflow/tfjs-core';
import { describe, expect, it } from 'vitest';
import { createModel } from './create-model.js';
import { disposeModel } from './dispose-model.js';
import { getModel } from './registry.js';

eachBackend(
  'createModel',
  () => {
    it('builds by name, fills defaults in, and the seed decides the weights', async () => {
      const sum = async (seed?: number) => {
        const model = createModel('edsr', { width: 4, blocks: 1 }, seed === undefined ? {} : { seed });
        const total = tf.tidy(() => tf.sum(tf.abs(model.trainableWeights[0]!.read())));
        const [value] = await total.data();
        total.dispose();
        disposeModel(model);
        return value;
      };
      expect(await sum()).toBe(await sum(0));
      expect(await sum(1)).not.toBe(await sum(0));
      const official = createModel('gmsr-net');
      expect(official.countParams()).toBe(getModel('gmsr-net').parameters);
      disposeModel(official);
    });

    it('a definition builds from incomplete options too', () => {
      const model = getModel('gmsr-net').build({}, { seed: 1 });
      expect(model.countParams()).toBe(44_980);
      disposeModel(model);
    });
  },
  { backends: ['cpu'] },
);

describe('options that a model does not take', () => {
  it.each([
    ['gmsr', {}, /^createModel: unknown model 'gmsr', did you mean 'gmsr-net'\? Models: gmsr-net, m3sr, /],
    [
      'gmsr-net',
      { width: [1] },
      /^gmsr-net: unknown option 'width', did you mean 'widths'\? \(options: widths, /,
    ],
    ['gmsr-net', { widths: [0, 31] }, /^gmsr-net: option 'widths\.0': got 0: /],
    ['gmsr-net', { widths: [8] }, /^gmsr-net: option 'widths(\.0)?': got .*8.*: .*31/],
    ['agd-net', { stages: 'nine' }, /^agd-net: option 'stages': got "nine": /],
    ['mean-spectrum', { seed: 1 }, /^mean-spectrum: unknown option 'seed' \(options: bands\)/],
    ['edsr', JSON.parse('3') as object, /^edsr: .*got 3 \(options: bands, width, blocks\)/],
  ])('%s %j', (name, options, message) => {
    expect(() => createModel(name, options)).toThrow(message);
  });

  it('speak the same through the definition', () => {
    expect(() => getModel('gmsr')).toThrow(/^getModel: unknown model 'gmsr', did you mean 'gmsr-net'\?/);
    expect(() => getModel('gmsr-net').config.parse({ width: [1] })).toThrow(
      /^gmsr-net: unknown option 'width', did you mean 'widths'/,
    );
    const seedless = {} as unknown as { seed: number };
    expect(() => getModel('edsr').build({}, seedless)).toThrow(
      'edsr: build: seed: got undefined, wanted a whole number, as in build(config, { seed: 1 })',
    );
    expect(() => createModel('edsr', {}, { seed: 1.5 })).toThrow('edsr: build: seed: got 1.5');
  });
});
