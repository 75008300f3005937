import { eachBackend } from '@prismamba/testing';
import { getModel, listModels } from './registry.js';
import { conformanceSuite, trainingSuite } from './testing/conformance-suite.js';

eachBackend(
  'conformance at full size',
  () => {
    for (const definition of listModels().map(getModel)) {
      conformanceSuite(definition, {});
      if (definition.fit === 'gradient') trainingSuite(definition, {});
    }
  },
  { backends: ['wasm'] },
);
