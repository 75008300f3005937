import { weights } from '@prismamba/weights-large';
import { disposeModel } from '@prismamba/models';
import { startBackend } from '@prismamba/backend';
import * as tf from '@tensorflow/tfjs-core';
import { beforeAll, describe, expect, it } from 'vitest';
import { createHash } from 'node:crypto';
import { listPretrained, loadPretrained, pretrainedCard, pretrainedFile } from './index.js';

beforeAll(async () => {
  await startBackend('wasm', { threads: 1 });
});

describe.each(listPretrained().map((card) => [card.name, card] as const))('%s', (name, card) => {
  it('is the file that its card describes', async () => {
    const bytes = await pretrainedFile(name, { from: weights });
    expect(bytes.length).toBe(card.bytes);
    expect(createHash('sha256').update(bytes).digest('hex')).toBe(card.sha256);
  });

  it('builds its network and reconstructs', async () => {
    const before = tf.memory().numTensors;
    const { model, definition, card: loaded } = await loadPretrained(name, { from: weights });
    expect(definition.key).toBe(card.model);
    expect(loaded).toBe(card);
    // The left half is three times as bright as the right one.
    const bright = tf.tensor1d([0.6, 0.5, 0.4]);
    const rgb = tf.tidy(() => {
      const left = tf.mul<tf.Tensor4D>(tf.ones([1, 8, 4, 3]), bright);
      return tf.concat4d([left, tf.div<tf.Tensor4D>(left, 3)], 2);
    });
    const cube = model.predict(rgb) as tf.Tensor4D;
    expect(cube.shape).toEqual([1, 8, 8, 31]);
    const values = (await cube.data()) as Float32Array;
    expect(values.every((value) => Number.isFinite(value))).toBe(true);
    // Trained weights know that a brighter pixel has a brighter spectrum; random ones need not.
    const mean = (x: number) => {
      const start = (4 * 8 + x) * 31;
      return values.subarray(start, start + 31).reduce((sum, value) => sum + value, 0) / 31;
    };
    expect(mean(1)).toBeGreaterThan(1.5 * mean(6));
    tf.dispose([rgb, bright, cube]);
    disposeModel(model);
    expect(tf.memory().numTensors).toBe(before);
  });

  it('was not trained or selected on the scenes of its scores', () => {
    const { train, validation, test } = card.training.split;
    expect(new Set([...train, ...validation, ...test]).size).toBe(
      train.length + validation.length + test.length,
    );
    expect(card.evaluation.scenes.map(({ scene }) => scene).sort()).toEqual([...test].sort());
  });
});

it('weights of another package want that package, and say so', async () => {
  await expect(loadPretrained('m3sr/cave-clean')).rejects.toThrow(
    /loadPretrained: the weights 'm3sr\/cave-clean' \(\d+\.\d MB\) come in a package of their own: npm install @prismamba\/weights-large, import \{ weights \} from/,
  );
  const old = new Map([['m3sr/cave-clean', () => Promise.resolve({ base64: 'AAAA' })]]);
  await expect(pretrainedFile('m3sr/cave-clean', { from: old })).rejects.toThrow(
    /has 3 bytes in @prismamba\/weights-large, its card says \d+: the packages are of different versions/,
  );
});

it('a name that is not shipped is an error that gives the nearest and all names', async () => {
  const message =
    /loadPretrained: no shipped weights are called 'gmsr-net\/cave-clear', did you mean 'gmsr-net\/cave-clean'\? Shipped: /;
  await expect(loadPretrained('gmsr-net/cave-clear')).rejects.toThrow(message);
  expect(() => pretrainedCard('nothing')).toThrow(/pretrainedCard: no shipped weights are called 'nothing'/);
});
