import { isStochasticLayer, setRandomState } from '@prismamba/core';
import { eachBackend, expectRelativeError, goldenPath, nchwToNhwc, readGolden } from '@prismamba/testing';
import * as tf from '@tensorflow/tfjs-core';
import type * as tfl from '@tensorflow/tfjs-layers';
import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { disposeModel } from '../dispose-model.js';
import { lossGradients } from '../gradients/loss-gradients.js';
import { entryVariables } from '../state-dict/model-weights.js';
import { countParameters } from '../state-dict/state-entry.js';
import { loadWeights, saveWeights } from '../state-dict/weights-file.js';
import { conformanceImage, outputShape } from '../testing/conformance.js';
import { gmsrNetConfig, TABLE_II_VARIANTS, TABLE_III_WIDTHS, type GmsrNetConfig } from './gmsr-net.config.js';
import { gmsrNet } from './gmsr-net.js';

const pth = readFileSync(goldenPath('gmsr-net/weights.pth'));
const official = gmsrNetConfig.parse({});

describe('GMSR-Net configuration', () => {
  it.each([
    [1, 25_053],
    [2, 34_620],
    [3, 44_980],
    [4, 57_840],
    [5, 65_694],
  ] as const)('n = %i of Table III has %i parameters', (n, count) => {
    const config = gmsrNetConfig.parse({ widths: [...TABLE_III_WIDTHS[n]] });
    expect(countParameters(gmsrNet.stateDict(config))).toBe(count);
  });

  it('refuses a last width other than 31, a block of nothing, and unknown mixers', () => {
    expect(() => gmsrNetConfig.parse({ widths: [10, 20] })).toThrow(/last width must be 31/);
    expect(() =>
      gmsrNetConfig.parse({ mixer: 'none', spatial_attention: false, spectral_attention: false }),
    ).toThrow(/a block needs a mixer or an attention/);
    expect(() => gmsrNetConfig.parse({ mixer: 'rnn' })).toThrow(/mamba/);
  });
});

eachBackend(
  'GMSR-Net variants',
  () => {
    const cases: [string, Partial<GmsrNetConfig>][] = [
      ...Object.entries(TABLE_II_VARIANTS),
      ...([1, 2, 4, 5] as const).map((n): [string, Partial<GmsrNetConfig>] => [
        `n = ${n}`,
        { widths: [...TABLE_III_WIDTHS[n]] },
      ]),
      ["the paper's attentions", { attention: 'paper' }],
      ['8 states', { d_state: 8 }],
      ['1 direction', { directions: 1 }],
      ['2 directions', { directions: 2 }],
    ];
    it.each(cases)('%s: every weight has an entry and gets a gradient', async (_, change) => {
      const config = gmsrNetConfig.parse(change);
      const model = gmsrNet.build(config, { seed: 1 });
      const kept = [...entryVariables(model, gmsrNet.stateDict(config)).keys()];
      const x = conformanceImage(gmsrNet, 1, true);
      const target = tf.zeros(outputShape(x));
      const { input, weights } = await lossGradients(model, x, target);
      const without = kept.filter((entry) => !weights.has(entry.ours!));
      expect(without.every((entry) => entry.kind === 'dead')).toBe(true);
      expect(without.length).toBe(config.mixer === 'mamba' ? 2 * config.widths.length : 0);
      tf.dispose([x, target, input!, ...weights.values()]);
      disposeModel(model);
    });
  },
  { backends: ['wasm'] },
);

eachBackend(
  'GMSR-Net weights',
  () => {
    const nhwc = (name: string) => {
      const { data, shape } = readGolden('gmsr-net/io.npz').get(name)!;
      return { values: nchwToNhwc(data as Float32Array, shape), shape };
    };
    const wanted = nhwc('y1_ref64').values;
    const forward = async (model: tfl.LayersModel) => {
      const { values, shape } = nhwc('x1');
      const [n, c, h, w] = shape as [number, number, number, number];
      const y = tf.tidy(() => model.predict(tf.tensor4d(values, [n, h, w, c])) as tf.Tensor);
      const result = await y.data();
      y.dispose();
      return result;
    };
    const build = () => gmsrNet.build(official, { seed: 3 });

    it.each(['official', 'ours'] as const)(
      'safetensors under %s names give the same output',
      async (names) => {
        const first = build();
        const report = loadWeights(first, gmsrNet, official, pth, { source: 'weights.pth' });
        expect(report.loaded).toHaveLength(55);
        expect(report.dead).toHaveLength(6);
        const bytes = await saveWeights(first, gmsrNet, official, names);
        const y = await forward(first);
        disposeModel(first);
        const second = build();
        loadWeights(second, gmsrNet, official, bytes);
        expect(await forward(second)).toEqual(y);
        expectRelativeError(y, wanted, 1e-5);
        disposeModel(second);
      },
    );

    it('reads the training checkpoint, and refuses weights of another width by name', () => {
      const model = build();
      const checkpoint = readFileSync(goldenPath('gmsr-net/checkpoint_after3.pth'));
      expect(loadWeights(model, gmsrNet, official, checkpoint).missing).toEqual([]);
      disposeModel(model);
      const config = gmsrNetConfig.parse({ widths: [8, 20, 31] });
      const other = gmsrNet.build(config, { seed: 0 });
      expect(() => loadWeights(other, gmsrNet, config, pth, { source: 'w.pth' })).toThrow(
        "w.pth: 'output1.weight' has shape [10, 3, 1, 1], the network wants [8, 3, 1, 1]",
      );
      disposeModel(other);
    });
  },
  { backends: ['wasm'] },
);

eachBackend(
  'GMSR-Net drop path',
  () => {
    it('follows from seed and step alone, and is off in evaluation', async () => {
      const model = gmsrNet.build(gmsrNetConfig.parse({ drop_path_rate: 0.5 }), { seed: 3 });
      expect(model.layers.filter(isStochasticLayer)).toHaveLength(3);
      const x = tf.tidy(() => tf.tile(conformanceImage(gmsrNet, 1, false), [6, 1, 1, 1]));
      const run = async (training: boolean, seed: number, step: number) => {
        expect(setRandomState(model.layers, seed, step)).toBe(3);
        const y = model.apply(x, { training }) as tf.Tensor;
        const values = await y.data();
        y.dispose();
        return values;
      };
      const first = await run(true, 5, 10);
      await run(true, 5, 11);
      expect(await run(true, 5, 10)).toEqual(first);
      expect(await run(true, 5, 11)).not.toEqual(first);
      expect(await run(true, 6, 10)).not.toEqual(first);
      expect(await run(false, 5, 10)).toEqual(await run(false, 9, 1));
      x.dispose();
      disposeModel(model);
    });
  },
  { backends: ['wasm'] },
);
