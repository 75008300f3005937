import { eachBackend } from '@prismamba/testing';
import * as tf from '@tensorflow/tfjs-core';
import { describe, expect, it } from 'vitest';
import { outputBands } from './bands.js';
import { createModel } from './create-model.js';
import { disposeModel } from './dispose-model.js';
import { exportOnnx } from './onnx/export-onnx.js';
import { getModel, listModels } from './registry.js';
import { loadWeights, saveWeights } from './state-dict/weights-file.js';
import { entryVariables } from './state-dict/model-weights.js';
import { countParameters } from './state-dict/state-entry.js';
import { conformanceImage } from './testing/conformance.js';

/** Networks whose architecture fixes the number of bands. */
const FIXED = ['hsrnet'];
const open = listModels().filter((key) => !FIXED.includes(key));

/** A small form of a network for cubes of 28 bands. */
const smallOptions = (key: string): object => ({
  ...getModel(key).small,
  ...(key === 'gmsr-net' ? { widths: [4, 28] } : {}),
  bands: 28,
});

eachBackend(
  'networks of 28 bands',
  () => {
    it.each(open)('%s', async (key) => {
      const definition = getModel(key);
      const config = definition.config.parse(smallOptions(key));
      const model = createModel(key, config, { seed: 3 });
      expect(outputBands(model)).toBe(28);
      const entries = definition.stateDict(config);
      expect(entryVariables(model, entries).size).toBe(
        entries.filter((entry) => entry.ours !== undefined).length,
      );
      const x = conformanceImage(definition, 1, false);
      const y = model.predict(x) as tf.Tensor;
      expect(y.shape).toEqual([...x.shape.slice(0, 3), 28]);
      const values = await y.data();
      expect(values.every((v) => Number.isFinite(v))).toBe(true);

      // Through a file: the same numbers from a network of another seed.
      const again = definition.build(config, { seed: 4 });
      loadWeights(again, definition, config, await saveWeights(model, definition, config));
      const z = again.predict(x) as tf.Tensor;
      expect(await z.data()).toEqual(values);
      tf.dispose([x, y, z]);
      disposeModel(again);
      disposeModel(model);
    });
  },
  { backends: ['wasm'] },
);

describe('the setting `bands`', () => {
  it('is 31 unless told, and then changes nothing', () => {
    for (const key of listModels()) {
      const { config, stateDict, parameters } = getModel(key);
      const usual = config.parse({});
      expect(usual).toMatchObject({ bands: 31 });
      expect(countParameters(stateDict(usual))).toBe(parameters);
    }
  });

  it('scales the parts that follow the bands as the official counts do', () => {
    const count = (key: string, options: object) => {
      const definition = getModel(key);
      return countParameters(definition.stateDict(definition.config.parse(options)));
    };
    // The last layer alone: 64 x 9 weights and a bias a band.
    expect(count('edsr', { bands: 28 })).toBe(2_419_999 - 3 * (64 * 9 + 1));
    expect(count('mean-spectrum', { bands: 28 })).toBe(28);
    expect(count('polynomial-regression', { bands: 28 })).toBe(13 * 28);
  });

  it('where the architecture fixes it, the error says why and who takes other bands', () => {
    for (const key of FIXED) {
      expect(() => createModel(key, { bands: 28 })).toThrow(
        /^hsrnet: option 'bands': got 28: it has 31 bands and no other number, because its blue, green and red branches make 6, 10 and 15 of them; every other model takes `bands`$/,
      );
    }
  });

  it('names the widths that fit', () => {
    expect(() => createModel('gmsr-net', { bands: 28 })).toThrow(
      /^gmsr-net: option 'widths': got .*: the last width must be 28, the number of bands: widths \[10, 20, 28\], or bands 31$/,
    );
    expect(() => createModel('m3sr', { bands: 35 })).toThrow(
      /^m3sr: option 'bands': got 35: a scan of width 35 has 70 channels, which 3 heads/,
    );
    expect(() => createModel('edsr', { bands: 0 })).toThrow(/^edsr: option 'bands': got 0: /);
  });
});

it('an ONNX file of 28 bands says so', async () => {
  const definition = getModel('edsr');
  const config = definition.config.parse(smallOptions('edsr'));
  const model = createModel('edsr', config);
  const text = Buffer.from(await exportOnnx(model, definition, config)).toString('latin1');
  expect(text).toContain('RGB in [0, 1] to 28 bands.');
  disposeModel(model);
});
