import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { disposeModel } from '@prismamba/models';
import { listPretrained, loadPretrained } from '@prismamba/weights';
import { describe, expect, it } from 'vitest';
import { buildExperiment } from './build-experiment.js';
import { loadExperiment } from './config/load-experiment.js';
import { parseOverride } from './config/overrides.js';
import { evaluateModel } from './run/evaluate-model.js';
import { startBackend } from './start-backend.js';

/** The scenes of the cards lie beside a checkout, not in it. */
const folder = join(import.meta.dirname, '../../../../shared/data');
const scenes = join(folder, 'cave-128');
const cameras = join(folder, 'spectra/cameras/rawtoaces_380-780_5nm.csv');

/** What the experiment of a card leaves to the command line. */
const settings: Readonly<Record<string, readonly string[]>> = {
  'gmsr-net/photo': [`patches.photo.cameras=${cameras}`, `data.camera=${cameras}#Canon EOS 5D Mark II`],
};

describe.skipIf(!existsSync(scenes))(
  `the scores of a card are those that its weights have (needs ${scenes})`,
  () => {
    it.each(listPretrained().map((card) => [card.name, card] as const))('%s', async (name, card) => {
      await startBackend('wasm', { threads: 1 });
      const overrides = [
        `data.folder=${scenes}`,
        `data.split=${join(scenes, 'split.json')}`,
        ...(settings[name] ?? []),
      ].map(parseOverride);
      const experiment = await buildExperiment(await loadExperiment(card.training.experiment, overrides));
      const { model } = await loadPretrained(name);
      try {
        expect(experiment.data.split.test).toEqual(card.training.split.test);
        expect(experiment.data.split.train).toEqual(card.training.split.train);
        const { mean } = await evaluateModel(experiment, experiment.choice, model);
        for (const [protocol, scores] of Object.entries(card.evaluation.mean)) {
          for (const [column, value] of Object.entries(scores)) {
            expect(mean[protocol]![column], `${protocol} ${column}`).toBeCloseTo(value, 3);
          }
        }
      } finally {
        disposeModel(model);
        await experiment.data.close();
      }
    });
  },
);
