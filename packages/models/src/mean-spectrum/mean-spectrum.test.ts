import { eachBackend, expectClose, testNumbers } from '@prismamba/testing';
import * as tf from '@tensorflow/tfjs-core';
import { expect, it } from 'vitest';
import { OUTPUT_BANDS } from '../bands.js';
import { meanSpectrumConfig } from './mean-spectrum.config.js';
import { meanSpectrum } from './mean-spectrum.js';

eachBackend('mean spectrum', () => {
  const config = meanSpectrumConfig.parse({});
  it('gives every pixel the mean of the training spectra', async () => {
    const model = meanSpectrum.build(config, { seed: 0 });
    const cube = testNumbers(6 * OUTPUT_BANDS, 1);
    async function* pixels() {
      yield await Promise.resolve({
        rgb: new Float32Array(6),
        cube: cube.subarray(0, 2 * OUTPUT_BANDS),
        count: 2,
      });
      yield await Promise.resolve({
        rgb: new Float32Array(12),
        cube: cube.subarray(2 * OUTPUT_BANDS),
        count: 4,
      });
    }
    await meanSpectrum.fitPixels!(model, config, pixels());
    const y = tf.tidy(() => model.predict(tf.ones([2, 3, 5, 3])) as tf.Tensor);
    expect(y.shape).toEqual([2, 3, 5, OUTPUT_BANDS]);
    const wanted = Array.from({ length: OUTPUT_BANDS }, (_, b) => {
      let sum = 0;
      for (let p = 0; p < 6; p++) sum += cube[p * OUTPUT_BANDS + b]!;
      return sum / 6;
    });
    const values = await y.data();
    expectClose(values.slice(0, OUTPUT_BANDS), wanted);
    expectClose(values.slice(-OUTPUT_BANDS), wanted);
    y.dispose();
    async function* nothing() {}
    await expect(meanSpectrum.fitPixels!(model, config, nothing())).rejects.toThrow('got no pixels');
    model.dispose();
  });
});
