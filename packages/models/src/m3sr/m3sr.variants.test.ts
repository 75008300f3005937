import { waveletNames } from '@prismamba/spectral-attention';
import { eachBackend } from '@prismamba/testing';
import * as tf from '@tensorflow/tfjs-core';
import { describe, expect, it } from 'vitest';
import { disposeModel } from '../dispose-model.js';
import { lossGradients } from '../gradients/loss-gradients.js';
import { entryVariables } from '../state-dict/model-weights.js';
import { conformanceImage, outputShape } from '../testing/conformance.js';
import { M3SR_BRANCH_VARIANTS, m3srConfig, padMultiple, type M3srConfig } from './m3sr.config.js';
import { m3sr } from './m3sr.js';
import { branchNames } from './m3sr.state-dict.js';

/** One scale keeps the tests small: the variants change the blocks, not the U-shape. */
const small = (config: Partial<M3srConfig>): M3srConfig => m3srConfig.parse({ num_blocks: [1], ...config });

describe('M3SR configuration', () => {
  it('keeps at least one branch, and names unknown options', () => {
    expect(() => m3srConfig.parse({ spatial: false, frequency: false, spectral: false })).toThrow(
      /at least one branch/,
    );
    expect(() => m3srConfig.parse({ wavelet: 'db99' })).toThrow(/haar/);
    expect(branchNames(m3srConfig.parse(M3SR_BRANCH_VARIANTS.V2))).toEqual(['spatial', 'spectral']);
    expect(
      [1, 2, 3].map((scales) => padMultiple(small({ num_blocks: new Array<number>(scales).fill(1) }))),
    ).toEqual([2, 4, 8]);
  });
});

eachBackend(
  'M3SR variants',
  () => {
    const cases: [string, Partial<M3srConfig>][] = [
      ...Object.entries(M3SR_BRANCH_VARIANTS),
      ...[2, 8, 16].map((groups): [string, Partial<M3srConfig>] => [`G = ${groups}`, { groups }]),
      ...waveletNames.map((wavelet): [string, Partial<M3srConfig>] => [wavelet, { wavelet }]),
      ['two scales, two blocks', { num_blocks: [2, 1] }],
      ['two stages, MLP on', { stages: 2, use_mlp: true }],
    ];
    it.each(cases)(
      '%s: every weight has an entry and gets a gradient',
      { timeout: 60_000 },
      async (_, change) => {
        const config = small(change);
        const model = m3sr.build(config, { seed: 1 });
        const entries = m3sr.stateDict(config);
        const kept = [...entryVariables(model, entries).keys()];
        const x = conformanceImage(m3sr, 1, true);
        const target = tf.zeros(outputShape(x));
        const { input, weights, loss } = await lossGradients(model, x, target);
        expect(Number.isFinite(loss)).toBe(true);
        const without = kept.filter((entry) => !weights.has(entry.ours!)).map((entry) => entry.kind);
        expect(new Set(without)).toEqual(new Set(config.spatial && !config.use_mlp ? ['dead'] : []));
        tf.dispose([x, target, input!, ...weights.values()]);
        disposeModel(model);
      },
    );
  },
  { backends: ['wasm'] },
);
