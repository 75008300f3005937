import { startBackend } from '@prismamba/backend';
import * as tf from '@tensorflow/tfjs-core';
import type * as tfl from '@tensorflow/tfjs-layers';
import { beforeAll, describe, expect, it } from 'vitest';
import { MambaBlock } from './mamba-block/mamba-block.layer.js';

beforeAll(() => startBackend('cpu'));

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
