import { eachBackend } from '@prismamba/testing';
import { describe, expect, it } from 'vitest';
import { getModel, listModels } from './registry.js';
import { within } from './testing/conformance.js';
import { conformanceSuite, trainingSuite } from './testing/conformance-suite.js';

describe('registry', () => {
  it('names the nearest model, and all of them', () => {
    expect(() => getModel('mean-spectra')).toThrow(
      /unknown model 'mean-spectra', did you mean 'mean-spectrum'\?/,
    );
    expect(() => getModel('mean-spectra')).toThrow(/Models: .*polynomial-regression/);
    for (const key of listModels()) expect(getModel(key).key).toBe(key);
    expect(new Set(listModels()).size).toBe(listModels().length);
  });
});

// Being registered is being tested.
const definitions = listModels().map(getModel);

eachBackend(
  'conformance',
  () => {
    for (const definition of definitions) conformanceSuite(definition, within(3_000_000, definition));
    for (const definition of definitions) {
      if (definition.fit === 'gradient' && definition.parameters <= 500_000)
        trainingSuite(definition, within(100_000, definition));
    }
  },
  { backends: ['wasm'] },
);
