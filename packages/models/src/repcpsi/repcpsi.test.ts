import { eachBackend, expectRelativeError } from '@prismamba/testing';
import * as tf from '@tensorflow/tfjs-core';
import { expect, it } from 'vitest';
import { disposeModel } from '../dispose-model.js';
import { exportStateDict } from '../state-dict/export-state-dict.js';
import { loadStateDict } from '../state-dict/load-state-dict.js';
import { countParameters } from '../state-dict/state-entry.js';
import { noiseImage } from '../testing/conformance.js';
import { mergeRepcpsi } from './merge-repcpsi.js';
import { repcpsi } from './repcpsi.js';

it('the merged form has 2 x 8 convolutions of 80 -> 80, in, out, slopes and gates', () => {
  const entries = repcpsi.stateDict(repcpsi.config.parse({ deploy: true }));
  const stages = 2 * 8 * (80 * 80 * 9 + 80);
  expect(countParameters(entries)).toBe(stages + (80 * 27 + 80) + (31 * 720 + 31) + 8 * (1 + 14));
});

eachBackend(
  'repcpsi re-parameterised',
  () => {
    it('gives the outputs of the training form, borders included', async () => {
      const official = repcpsi.config.parse({});
      const trained = repcpsi.build(official, { seed: 1 });
      const merged = mergeRepcpsi(await exportStateDict(trained, repcpsi.stateDict(official)));
      const deploy = repcpsi.config.parse({ deploy: true });
      const model = repcpsi.build(deploy, { seed: 2 });
      loadStateDict(model, repcpsi.stateDict(deploy), merged);
      const image = noiseImage(1, 9, 11);
      const [output, reference] = [model.predict(image) as tf.Tensor, trained.predict(image) as tf.Tensor];
      expectRelativeError(await output.data(), await reference.data(), 1e-5);
      tf.dispose([image, output, reference]);
      disposeModel(model);
      disposeModel(trained);
    });
    it('names the entry that is missing', () => {
      const broken = new Map([
        [
          'seq_spaspe.0.stage1_conv.spe_conv.weight',
          { dtype: 'float32' as const, shape: [1], data: new Float32Array(1) },
        ],
      ]);
      expect(() => mergeRepcpsi(broken)).toThrow("no entry 'seq_spaspe.0.stage1_conv.spa_conv.bias'");
    });
  },
  { backends: ['wasm'] },
);
