import { expectRelativeError, relativeError } from '@prismamba/testing';
import * as tf from '@tensorflow/tfjs-core';
import * as tfl from '@tensorflow/tfjs-layers';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { disposeModel } from '../dispose-model.js';
import { lossGradients } from '../gradients/loss-gradients.js';
import type { ModelDefinition } from '../model-definition.js';
import { entryVariables } from '../state-dict/model-weights.js';
import { countParameters } from '../state-dict/state-entry.js';
import {
  conformanceImage,
  noiseImage,
  outputShape,
  overfitTwoPatches,
  remainingLoss,
} from './conformance.js';

/** A few values of every weight: enough to tell two initialisations apart. */
const fingerprint = (model: tfl.LayersModel): Promise<number[][]> =>
  Promise.all(
    model.trainableWeights.map(async (weight) => {
      const values = await weight.read().data();
      return [values[0]!, values[values.length >> 1]!, values[values.length - 1]!];
    }),
  );

/** What holds for every registered network, in the size that the options give it. */
export function conformanceSuite(definition: ModelDefinition, options: object): void {
  describe(definition.key, () => {
    const config = definition.config.parse(options);
    const entries = definition.stateDict(config);
    const mixesBatch = definition.traits?.mixesBatch === true;
    let model: tfl.LayersModel;
    beforeAll(() => {
      model = definition.build(config, { seed: 7 });
    });
    afterAll(() => {
      disposeModel(model);
    });

    it('describes itself, refuses unknown options, and its entries are its weights', () => {
      expect(definition.key).toMatch(/^[a-z0-9]+(-[a-z0-9]+)*$/);
      for (const text of [definition.title, definition.paper.title, definition.paper.venue]) {
        expect(text).not.toBe('');
      }
      expect(() => definition.config.parse({ noSuchOption: 1 })).toThrow(/noSuchOption/);
      expect(new Set(entries.map((entry) => entry.official)).size).toBe(entries.length);
      const kept = entries.filter((entry) => entry.ours !== undefined);
      expect(entryVariables(model, entries).size).toBe(kept.length);
      const published = definition.stateDict(definition.config.parse({}));
      expect(countParameters(published)).toBe(definition.parameters);
    });

    it('odd sizes in, the same size and 31 finite bands out', async () => {
      const x = conformanceImage(definition, 1, true);
      const y = model.predict(x) as tf.Tensor;
      expect(y.shape).toEqual(outputShape(x));
      expect(y.dtype).toBe('float32');
      const values = await y.data();
      expect(values.every((v) => Number.isFinite(v))).toBe(true);
      // No clamp, but initial weights neither blow an image in [0, 1] up nor flatten it.
      const [least, most] = [Math.min(...values), Math.max(...values)];
      expect(Math.max(-least, most)).toBeLessThan(100);
      if (definition.fit === 'gradient') expect(most - least).toBeGreaterThan(1e-4);
      tf.dispose([x, y]);
    });

    const { minimumSize = 1, sizeMultiple = 1 } = definition.traits ?? {};
    it('takes its smallest size; a smaller or a wrong one is refused with what is wanted', async () => {
      const x = noiseImage(1, minimumSize, minimumSize);
      const y = model.predict(x) as tf.Tensor;
      expect(y.shape).toEqual(outputShape(x));
      expect((await y.data()).every((v) => Number.isFinite(v))).toBe(true);
      tf.dispose([x, y]);
      const wrong = sizeMultiple > 1 ? [minimumSize - 1, minimumSize + 1] : [minimumSize - 1];
      for (const size of wrong.filter((side) => side > 0)) {
        expect(() => tf.tidy(() => model.predict(noiseImage(1, size, size)))).toThrow(
          new RegExp(`${size}.*(wanted|larger image)|(wanted|needs|larger image).*${size}`),
        );
      }
    });

    it(`a sample ${mixesBatch ? 'depends' : 'does not depend'} on the others of its batch`, async () => {
      const x = conformanceImage(definition, 2, false);
      const [together, alone] = tf.tidy(() => {
        const first = (t: tf.Tensor) => tf.slice(t, [0, 0, 0, 0], [1, -1, -1, -1]);
        return [first(model.predict(x) as tf.Tensor), model.predict(first(x)) as tf.Tensor] as const;
      });
      const [a, b] = [await together.data(), await alone.data()];
      if (mixesBatch) expect(relativeError(a, b)).toBeGreaterThan(1e-4);
      else expectRelativeError(a, b, 1e-5, definition.key);
      tf.dispose([x, together, alone]);
    });

    it('model.save and tf.loadLayersModel give the same bits', async () => {
      let saved: tf.io.ModelArtifacts | undefined;
      const handler = tf.io.withSaveHandler((artifacts) => {
        saved = artifacts;
        return Promise.resolve({
          modelArtifactsInfo: { dateSaved: new Date(0), modelTopologyType: 'JSON' },
        });
      });
      await model.save(handler);
      const restored = await tfl.loadLayersModel(tf.io.fromMemory(saved!));
      const x = conformanceImage(definition, 1, true);
      const [a, b] = [model.predict(x) as tf.Tensor, restored.predict(x) as tf.Tensor];
      const [before, after] = [await a.data(), await b.data()];
      expect(after.every((v, i) => v === before[i])).toBe(true);
      expect(restored.weights.map((w) => w.originalName)).toEqual(model.weights.map((w) => w.originalName));
      tf.dispose([x, a, b]);
      disposeModel(restored);
    });

    if (definition.fit !== 'gradient') return;

    it('the seed decides every weight', async () => {
      const read = async (seed: number) => {
        const other = definition.build(config, { seed });
        const values = await fingerprint(other);
        disposeModel(other);
        return values;
      };
      const values = await fingerprint(model);
      expect(await read(7)).toEqual(values);
      expect(await read(8)).not.toEqual(values);
    });

    it('every parameter but the documented dead ones gets a gradient', async () => {
      const x = conformanceImage(definition, 1, false);
      const target = tf.zeros(outputShape(x));
      const { input, weights } = await lossGradients(model, x, target);
      const names = (kind: 'parameter' | 'dead', reached: boolean) =>
        entries
          .filter((entry) => entry.kind === kind && weights.has(entry.ours!) === reached)
          .map((entry) => entry.official);
      expect(names('parameter', false)).toEqual([]);
      expect(names('dead', true)).toEqual([]);
      for (const gradient of weights.values()) {
        expect((await gradient.data()).every((v) => Number.isFinite(v))).toBe(true);
      }
      expect(input).toBeDefined();
      tf.dispose([x, target, input!, ...weights.values()]);
    });
  });
}

/** The losses of the first steps fall, in the size that the options give the network. */
export function trainingSuite(definition: ModelDefinition, options: object): void {
  it(`${definition.key}: 30 steps on two patches lower the loss`, { timeout: 600_000 }, async () => {
    const model = definition.build(definition.config.parse(options), { seed: 7 });
    const losses = await overfitTwoPatches(model, definition, 30);
    disposeModel(model);
    expect(remainingLoss(losses), losses.map((l) => l.toFixed(4)).join(' ')).toBeLessThan(0.9);
  });
}
