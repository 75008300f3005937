import { readFileSync } from 'node:fs';
import type { ModelDefinition } from '@prismamba/models';
import { eachBackend, goldenPath, hasGolden, type TestBackend } from '@prismamba/testing';
import { describe, expect, it } from 'vitest';
import { checkParity, PARITY_FILES, type ParityFiles } from '../check-parity.js';
import { formatParityReport } from '../format-report.js';

/** The folders that may hold a model's golden numbers: of its key, and of formula weights where the official ones are too large. */
const foldersOf = ({ key }: ModelDefinition) => [key, `${key}-formula`];

/** The files of a golden folder that the parity check reads. */
export function readFolder(folder: string): ParityFiles {
  const files: ParityFiles = {};
  for (const name of PARITY_FILES) {
    const file = `${folder}/${name}`;
    if (hasGolden(file)) files[name] = readFileSync(goldenPath(file));
  }
  return files;
}

/** Parity with every golden folder of a model that is there, but for the files `without`; at least one must be. */
export function paritySuite(
  definition: ModelDefinition,
  backends: readonly TestBackend[],
  { without = [] }: { readonly without?: readonly (keyof ParityFiles)[] } = {},
): void {
  const folders = foldersOf(definition).filter(hasGolden);
  describe(definition.key, () => {
    it('has golden numbers', () => {
      expect(folders).not.toEqual([]);
    });
    eachBackend(
      'parity',
      () => {
        it.each(folders)('equals the numbers of %s: forward, gradients, values inside', async (folder) => {
          const files = readFolder(folder);
          for (const name of without) delete files[name];
          const report = await checkParity(definition, files);
          expect(report.passed, formatParityReport(report)).toBe(true);
          expect(report.forward.length).toBeGreaterThanOrEqual(1);
          expect(report.gradients).toBeDefined();
          expect(report.missingTaps).toEqual([]);
          expect(report.taps.length > 0).toBe(files['intermediate.npz'] !== undefined);
        });
      },
      { backends },
    );
  });
}
