import { getModel, listModels } from '@prismamba/models';
import { paritySuite } from './testing/parity-suite.js';

// Being registered is being tested. The CPU backend takes a quarter of a minute to minutes a network: `every-model.slow.test.ts`.
for (const definition of listModels().map(getModel)) {
  if (definition.fit !== 'gradient') continue;
  paritySuite(definition, ['wasm']);
}
