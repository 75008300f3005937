import { readFileSync } from 'node:fs';
import { eachBackend, goldenPath, goldenSkipReason, hasGolden, type TestBackend } from '@prismamba/testing';
import { describe, expect, it } from 'vitest';
import type { ModelDefinition } from '../model-definition.js';
import { checkParity, PARITY_FILES, type ParityFiles } from '../parity/check-parity.js';
import { formatParityReport } from '../parity/format-report.js';
import { countParameters } from '../state-dict/state-entry.js';

export interface ParitySuite {
  /** Parameter count of the paper's official network, asserted exactly. */
  readonly parameters: number;
  /** WASM unless stated: the CPU backend needs minutes for the large networks. */
  readonly backends?: readonly TestBackend[];
  /** Golden folders, that of the model's key unless stated; one that is absent is skipped with the reason. */
  readonly folders?: readonly string[];
  readonly timeout?: number;
}

/** Parameter count and parity with the golden folder: the same for every model. */
export function paritySuite<C extends object>(definition: ModelDefinition<C>, suite: ParitySuite): void {
  const { key } = definition;
  it(`${key} has ${suite.parameters.toLocaleString('en')} parameters`, () => {
    expect(countParameters(definition.stateDict(definition.config.parse({})))).toBe(suite.parameters);
  });
  for (const folder of suite.folders ?? [key]) folderSuite(definition, folder, suite);
}

/** Parity with one golden folder. */
function folderSuite<C extends object>(
  definition: ModelDefinition<C>,
  folder: string,
  suite: ParitySuite,
): void {
  const erased = definition as unknown as ModelDefinition;
  if (!hasGolden(folder)) {
    describe.skip(`${folder} parity: skipped, ${goldenSkipReason(folder)}`, () =>
      it('parity', () => undefined));
    return;
  }
  eachBackend(
    `${folder} parity`,
    () => {
      it(
        'equals its numbers: forward, gradients, taps',
        async () => {
          const files: ParityFiles = {};
          for (const name of PARITY_FILES) {
            const file = `${folder}/${name}`;
            if (hasGolden(file)) files[name] = readFileSync(goldenPath(file));
          }
          const report = await checkParity(erased, files);
          expect(report.passed, formatParityReport(report)).toBe(true);
          expect(report.forward.length).toBeGreaterThanOrEqual(2);
          expect(report.gradients).toBeDefined();
          expect(report.missingTaps).toEqual([]);
        },
        suite.timeout ?? 120_000,
      );
    },
    { backends: suite.backends ?? ['wasm'] },
  );
}
