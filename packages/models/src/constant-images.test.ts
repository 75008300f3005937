import { eachBackend } from '@prismamba/testing';
import * as tf from '@tensorflow/tfjs-core';
import type * as tfl from '@tensorflow/tfjs-layers';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { disposeModel } from './dispose-model.js';
import { lossGradients } from './gradients/loss-gradients.js';
import { getModel, listModels } from './registry.js';
import { conformanceImage, outputShape, within } from './testing/conformance.js';

const isFinite = (values: ArrayLike<number>): boolean => Array.from(values).every(Number.isFinite);

eachBackend(
  'images of one colour, one pixel, one row',
  () => {
    describe.each(listModels())('%s', (key) => {
      const definition = getModel(key);
      let model: tfl.LayersModel;
      beforeAll(() => {
        model = definition.build(definition.config.parse(within(3_000_000, definition)), { seed: 7 });
      });
      afterAll(() => {
        disposeModel(model);
      });
      const shapeOf = () => {
        const image = conformanceImage(definition, 1, false);
        image.dispose();
        return image.shape;
      };

      it.each([0, 0.5, 1])('all %d: finite bands', async (value) => {
        const x = tf.fill<tf.Rank.R4>(shapeOf(), value);
        const y = model.predict(x) as tf.Tensor;
        expect(y.shape).toEqual(outputShape(x));
        expect(isFinite(await y.data())).toBe(true);
        tf.dispose([x, y]);
      });

      // The mean spectrum does not look at the image.
      it.skipIf(key === 'mean-spectrum')(
        'NaN in one pixel: NaN in every band of that pixel, which a prediction refuses by its place',
        async () => {
          const shape = shapeOf();
          const at = 3 * ((shape[1] >> 1) * shape[2] + (shape[2] >> 1));
          const values = new Float32Array(tf.util.sizeFromShape(shape)).fill(0.5);
          values[at + 1] = NaN;
          const x = tf.tensor4d(values, shape);
          const y = model.predict(x) as tf.Tensor;
          const bands = (await y.data()).slice((at / 3) * 31, (at / 3 + 1) * 31);
          expect([...bands]).toEqual([...bands].fill(NaN));
          tf.dispose([x, y]);
        },
      );

      it.skipIf(definition.fit !== 'gradient').each([0, 0.5])('all %d: finite gradients', async (value) => {
        const x = tf.fill<tf.Rank.R4>(shapeOf(), value);
        const target = tf.fill(outputShape(x), 0.25);
        const { input, weights } = await lossGradients(model, x, target);
        expect(isFinite(await input!.data())).toBe(true);
        for (const [name, gradient] of weights) expect(isFinite(await gradient.data()), name).toBe(true);
        tf.dispose([x, target, input!, ...weights.values()]);
      });

      it.each([
        [1, 1],
        [1, 9],
        [9, 1],
      ])('%d x %d: finite bands, or an error that names the size', async (height, width) => {
        const x = tf.fill<tf.Rank.R4>([1, height, width, 3], 0.5);
        const before = tf.memory().numTensors;
        let y: tf.Tensor | undefined;
        let problem = '';
        try {
          y = tf.tidy(() => model.predict(x) as tf.Tensor);
        } catch (error) {
          problem = (error as Error).message;
        }
        if (y === undefined) {
          expect(problem).toMatch(
            /got .*\d+.*wanted|at least \d+|multiple|needs more than \d+ pixels, got \d/,
          );
          expect(tf.memory().numTensors).toBe(before);
        } else {
          expect(y.shape).toEqual(outputShape(x));
          expect(isFinite(await y.data())).toBe(true);
        }
        tf.dispose([x, ...(y === undefined ? [] : [y])]);
      });
    });
  },
  { backends: ['wasm'] },
);
