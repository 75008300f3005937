import { createRandom, deriveSeed } from '@prismamba/core';
import { startBackend } from '@prismamba/backend';
import { expectRelativeError } from '@prismamba/testing';
import * as tf from '@tensorflow/tfjs-core';
import type * as tfl from '@tensorflow/tfjs-layers';
import { beforeAll, describe, expect, it } from 'vitest';
import { logArange, stepSizeBias, truncatedNormal, uniform, uniformBelow } from './initializers.js';
import { MambaBlock } from './mamba-block/mamba-block.layer.js';

beforeAll(() => startBackend('cpu'));

const random = (label: string) => createRandom(deriveSeed(3, label));

describe('initializers', () => {
  it('A_log is ln 1 to ln N in each row', () => {
    const values = logArange([2, 3], random('a'));
    expectRelativeError(values, [0, Math.log(2), Math.log(3), 0, Math.log(2), Math.log(3)], 1e-6);
  });
  it('the step-size bias is softplus^-1 of log-uniform step sizes: their logarithm is uniform', () => {
    const steps = [...stepSizeBias()([4000], random('b'))].map((bias) =>
      Math.log10(Math.log1p(Math.exp(bias))),
    );
    expect(Math.min(...steps)).toBeGreaterThan(-3.001);
    expect(Math.max(...steps)).toBeLessThan(-0.999);
    expect(Math.abs(steps.reduce((a, b) => a + b) / steps.length + 2)).toBeLessThan(0.05);
  });
  it('uniform is centred on zero, uniformBelow begins there', () => {
    const [both, above] = [uniform(0.5)([4000], random('c')), uniformBelow(0.5)([4000], random('c'))];
    const mean = (values: Float32Array) => values.reduce((a, b) => a + b) / values.length;
    expect(Math.abs(mean(both))).toBeLessThan(0.02);
    expect(Math.abs(mean(above) - 0.25)).toBeLessThan(0.02);
    expect(Math.min(...above)).toBeGreaterThanOrEqual(0);
  });
  it('the truncated normal has its standard deviation', () => {
    const values = truncatedNormal(0.02)([50, 100], random('d'));
    const variance = values.reduce((sum, v) => sum + v * v, 0) / values.length;
    expect(Math.abs(Math.sqrt(variance) / 0.02 - 1)).toBeLessThan(0.05);
  });
});

describe('weightInitializer', () => {
  const built = (weightInitializer?: 'seeded' | 'zeros'): tfl.layers.Layer => {
    const layer = new MambaBlock({
      name: 'm',
      seed: 1,
      ...(weightInitializer === undefined ? {} : { weightInitializer }),
    });
    layer.build([null, 4, 8]);
    return layer;
  };
  const sizes = (layer: tfl.layers.Layer) =>
    tf.tidy(() => layer.weights.map((weight) => tf.max(tf.abs(weight.read())).dataSync()[0]!));
  it('draws every weight where nothing is stated, and leaves all at zero where the caller sets them', () => {
    expect(sizes(built()).every((size) => size > 0)).toBe(true);
    expect(sizes(built('zeros')).every((size) => size === 0)).toBe(true);
    expect(sizes(built('seeded'))).toEqual(sizes(built()));
  });
  it('is part of the config, so that a saved layer comes back without drawing', () => {
    expect(
      MambaBlock.fromConfig(MambaBlock, built('zeros').getConfig()).getConfig()['weightInitializer'],
    ).toBe('zeros');
  });
  it('names a value that is neither', () => {
    const wrong = 'ones' as 'zeros';
    expect(() => new MambaBlock({ weightInitializer: wrong })).toThrow(
      /MambaBlock: weightInitializer: got 'ones', wanted 'seeded' or 'zeros'/,
    );
  });
});
