import { getModel, listModels } from '@prismamba/models';
import { paritySuite } from './testing/parity-suite.js';

// Being registered is being tested. The CPU backend needs minutes for the larger networks: `every-model.slow.test.ts`.
for (const definition of listModels().map(getModel)) {
  if (definition.fit !== 'gradient') continue;
  paritySuite(definition, definition.parameters < 100_000 ? ['cpu', 'wasm'] : ['wasm']);
}
