import { eachBackend } from '@prismamba/testing';
import { expect, it } from 'vitest';
import { disposeModel } from './dispose-model.js';
import { getModel, listModels } from './registry.js';
import { overfitTwoPatches, remainingLoss } from './testing/conformance.js';

const trained = listModels().filter((key) => getModel(key).fit === 'gradient');

eachBackend(
  'training',
  () => {
    it.each(trained)('%s: 30 steps on two patches lower the loss', { timeout: 600_000 }, async (key) => {
      const definition = getModel(key);
      const model = definition.build(definition.config.parse({}), { seed: 7 });
      const losses = await overfitTwoPatches(model, definition, 30);
      disposeModel(model);
      expect(remainingLoss(losses), losses.map((l) => l.toFixed(4)).join(' ')).toBeLessThan(0.9);
    });
  },
  { backends: ['wasm'] },
);
