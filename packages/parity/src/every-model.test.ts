import { getModel, listModels } from '@prismamba/models';
import { paritySuite } from './testing/parity-suite.js';

// Being registered is being tested. The CPU backend needs minutes for the larger networks, and for training steps:
// `every-model.slow.test.ts`.
for (const definition of listModels().map(getModel)) {
  if (definition.fit !== 'gradient') continue;
  paritySuite(definition, ['wasm']);
  if (definition.parameters < 100_000) paritySuite(definition, ['cpu'], { without: ['train3.npz'] });
}
