import { eachBackend, expectClose, testNumbers } from '@prismamba/testing';
import * as tf from '@tensorflow/tfjs-core';
import { expect, it } from 'vitest';
import { OUTPUT_BANDS } from '../bands.js';
import type { PixelBatch } from '../model-definition.js';
import { countParameters } from '../state-dict/state-entry.js';
import type { PolynomialRegressionConfig } from './polynomial-regression.config.js';
import { polynomialRegression } from './polynomial-regression.js';
import { ROOT_POLYNOMIAL_TERMS, rootPolynomialTerms } from './root-polynomial.js';

/** Pixels whose spectra are an exact linear map of the terms. */
function pixels(count: number, degree: 1 | 2 | 3): { batches: PixelBatch[]; map: Float32Array } {
  const terms = ROOT_POLYNOMIAL_TERMS[degree].length;
  const map = testNumbers(terms * OUTPUT_BANDS, 4);
  const rgb = testNumbers(count * 3, 5, 0.5, 0.5);
  const cube = new Float32Array(count * OUTPUT_BANDS);
  const features = new Float64Array(terms);
  for (let p = 0; p < count; p++) {
    rootPolynomialTerms(rgb[3 * p]!, rgb[3 * p + 1]!, rgb[3 * p + 2]!, degree, features);
    for (let b = 0; b < OUTPUT_BANDS; b++) {
      for (let t = 0; t < terms; t++)
        cube[p * OUTPUT_BANDS + b]! += features[t]! * map[t * OUTPUT_BANDS + b]!;
    }
  }
  const half = Math.floor(count / 2);
  return {
    map,
    batches: [
      { rgb: rgb.subarray(0, 3 * half), cube: cube.subarray(0, OUTPUT_BANDS * half), count: half },
      { rgb: rgb.subarray(3 * half), cube: cube.subarray(OUTPUT_BANDS * half), count: count - half },
    ],
  };
}

async function* stream(batches: readonly PixelBatch[]) {
  for (const batch of batches) yield await Promise.resolve(batch);
}

const fit = async (config: PolynomialRegressionConfig, batches: readonly PixelBatch[]) => {
  const model = polynomialRegression.build(config, { seed: 0 });
  try {
    await polynomialRegression.fitPixels!(model, config, stream(batches));
  } catch (error) {
    model.dispose();
    throw error;
  }
  return model;
};

eachBackend('polynomial regression', () => {
  it.each([1, 2, 3] as const)('finds the map of degree %i and applies it to an image', async (degree) => {
    const config = polynomialRegression.config.parse({ degree, ridge: 1e-12 });
    const { batches } = pixels(200, degree);
    const model = await fit(config, batches);
    const image = tf.tensor4d(batches[0]!.rgb, [1, 4, 25, 3]);
    const y = model.predict(image) as tf.Tensor;
    expect(y.shape).toEqual([1, 4, 25, OUTPUT_BANDS]);
    expectClose(await y.data(), batches[0]!.cube, { rtol: 1e-3, atol: 1e-3 });
    expect(countParameters(polynomialRegression.stateDict(config))).toBe(
      { 1: 3, 2: 6, 3: 13 }[degree] * OUTPUT_BANDS,
    );
    tf.dispose([image, y]);
    model.dispose();
  });

  it('is exposure invariant: twice the light, twice the spectrum', async () => {
    const config = polynomialRegression.config.parse({});
    const model = await fit(config, pixels(100, 3).batches);
    const [once, twice] = [1, 2].map((scale) =>
      tf.tidy(() => model.predict(tf.fill([1, 1, 1, 3], 0.2 * scale)) as tf.Tensor),
    );
    expectClose(
      await twice!.data(),
      (await once!.data()).map((v) => 2 * v),
      { rtol: 1e-5, atol: 1e-5 },
    );
    tf.dispose([once!, twice!]);
    model.dispose();
  });

  it('a black pixel gives zeros, a negative one no NaN', async () => {
    const model = await fit(polynomialRegression.config.parse({}), pixels(100, 3).batches);
    const y = tf.tidy(() => model.predict(tf.tensor4d([0, 0, 0, -0.1, 0.5, 0.2], [1, 1, 2, 3])) as tf.Tensor);
    const values = await y.data();
    expect([...values.slice(0, OUTPUT_BANDS)].every((v) => v === 0)).toBe(true);
    expect(values.every((v) => Number.isFinite(v))).toBe(true);
    y.dispose();
    model.dispose();
  });

  it('refuses no pixels, black pixels, wrong lengths and NaN', async () => {
    const config = polynomialRegression.config.parse({});
    await expect(fit(config, [])).rejects.toThrow('got no pixels');
    const black = { rgb: new Float32Array(3), cube: new Float32Array(OUTPUT_BANDS), count: 1 };
    await expect(fit(config, [black])).rejects.toThrow('every pixel is black');
    await expect(fit(config, [{ ...black, count: 2 }])).rejects.toThrow(
      'got count 2 with 3 rgb and 31 cube values',
    );
    const nan = { ...black, rgb: new Float32Array([1, NaN, 1]) };
    await expect(fit(config, [nan])).rejects.toThrow('rgb of pixel 0 is NaN');
    expect(() => polynomialRegression.config.parse({ degree: 4 })).toThrow();
  });
});
