import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { disposeModel } from '@prismamba/models';
import { listPretrained, loadPretrained } from '@prismamba/weights';
import { describe, expect, it } from 'vitest';
import { buildExperiment } from './build-experiment.js';
import { loadExperiment } from './config/load-experiment.js';
import { parseOverride } from './config/overrides.js';
import { pretrainedSource } from './reconstruct/pretrained-source.js';
import { evaluateModel } from './run/evaluate-model.js';
import { startBackend } from './start-backend.js';

/** The scenes of the cards lie beside a checkout, not in it. */
const folder = join(import.meta.dirname, '../../../../shared/data');
const scenes = join(folder, 'cave-128');
const cameras = join(folder, 'spectra/cameras/rawtoaces_380-780_5nm.csv');

const names = listPretrained().map(({ name }) => name);
/** The networks of millions of weights take half a minute: they are in the slow lane. */
const cards = listPretrained()
  .filter(({ model }) => process.env['PRISMAMBA_LANE'] === 'slow' || model === 'gmsr-net')
  .map((card) => [card.name, card] as const);
/** What the experiment of a card leaves to the command line. */
const settings: Readonly<Record<string, readonly string[]>> = {
  'gmsr-net/photo': [`patches.photo.cameras=${cameras}`, `data.camera=${cameras}#Canon EOS 5D Mark II`],
};

describe.skipIf(!existsSync(scenes))(
  `the scores of a card are those that its weights have (needs ${scenes})`,
  () => {
    it.each(cards)('%s', async (name, card) => {
      await startBackend('wasm', { threads: 1 });
      const overrides = [
        `data.folder=${scenes}`,
        `data.split=${join(scenes, 'split.json')}`,
        ...(settings[name] ?? []),
      ].map(parseOverride);
      const experiment = await buildExperiment(await loadExperiment(card.training.experiment, overrides));
      const { model } = await loadPretrained(name, await pretrainedSource(name));
      try {
        const { split } = experiment.data;
        expect(split.test).toEqual(card.training.split.test);
        expect(split.train).toEqual(card.training.split.train);
        // Another scene for each card; all of them are a matter of minutes.
        const { scene, scores } =
          card.evaluation.scenes[names.indexOf(name) % card.evaluation.scenes.length]!;
        const data = { ...experiment.data, split: { ...split, test: [scene] } };
        const { mean } = await evaluateModel({ ...experiment, data }, experiment.choice, model);
        for (const [protocol, wanted] of Object.entries(scores)) {
          for (const [column, value] of Object.entries(wanted)) {
            expect(mean[protocol]![column], `${scene}: ${protocol} ${column}`).toBeCloseTo(value, 3);
          }
        }
      } finally {
        disposeModel(model);
        await experiment.data.close();
      }
    });
  },
);
