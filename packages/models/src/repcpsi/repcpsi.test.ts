import { eachBackend, expectRelativeError, readGolden, nchwToNhwc } from '@prismamba/testing';
import * as tf from '@tensorflow/tfjs-core';
import { expect, it } from 'vitest';
import { disposeModel } from '../dispose-model.js';
import { formulaWeights } from '../parity/formula-weights.js';
import { loadStateDict } from '../state-dict/load-state-dict.js';
import { countParameters } from '../state-dict/state-entry.js';
import { paritySuite } from '../testing/parity-suite.js';
import { mergeRepcpsi } from './merge-repcpsi.js';
import { repcpsi } from './repcpsi.js';

paritySuite(repcpsi, { parameters: 2_077_831 });

it('the merged form has 2 x 8 convolutions of 80 -> 80, in, out, slopes and gates', () => {
  const entries = repcpsi.stateDict(repcpsi.config.parse({ deploy: true }));
  const stages = 2 * 8 * (80 * 80 * 9 + 80);
  expect(countParameters(entries)).toBe(stages + (80 * 27 + 80) + (31 * 720 + 31) + 8 * (1 + 14));
});

eachBackend(
  'repcpsi re-parameterised',
  () => {
    it('gives the outputs of the training form, borders included', async () => {
      const io = readGolden('repcpsi/io.npz');
      const x = io.get('x1')!;
      const official = repcpsi.config.parse({});
      const merged = mergeRepcpsi(formulaWeights(repcpsi.stateDict(official), repcpsi.traits!.formula!));
      const deploy = repcpsi.config.parse({ deploy: true });
      const model = repcpsi.build(deploy, { seed: 1 });
      loadStateDict(model, repcpsi.stateDict(deploy), merged);
      const [n, c, h, w] = x.shape as [number, number, number, number];
      const input = tf.tensor4d(nchwToNhwc(x.data as Float32Array, x.shape), [n, h, w, c]);
      const output = model.predict(input) as tf.Tensor;
      const reference = io.get('y1_ref64')!;
      expectRelativeError(
        await output.data(),
        nchwToNhwc(reference.data as Float32Array, reference.shape),
        1e-5,
      );
      tf.dispose([input, output]);
      disposeModel(model);
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
