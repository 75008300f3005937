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
  /** Golden files without which the suite is skipped, with the reason. */
  readonly needs?: readonly string[];
  readonly timeout?: number;
}

/** Parameter count and parity with the golden folder: the same for every model. */
export function paritySuite<C extends object>(definition: ModelDefinition<C>, suite: ParitySuite): void {
  const { key } = definition;
  const erased = definition as unknown as ModelDefinition;
  it(`${key} has ${suite.parameters.toLocaleString('en')} parameters`, () => {
    expect(countParameters(definition.stateDict(definition.config.parse({})))).toBe(suite.parameters);
  });
  const missing = (suite.needs ?? []).find((file) => !hasGolden(`${key}/${file}`));
  if (missing !== undefined) {
    describe.skip(`${key} parity: skipped, ${goldenSkipReason(`${key}/${missing}`)}`, () =>
      it('parity', () => undefined));
    return;
  }
  eachBackend(
    `${key} parity`,
    () => {
      it(
        'equals the official network: forward, gradients, taps',
        async () => {
          const files: ParityFiles = {};
          for (const name of PARITY_FILES) {
            if (hasGolden(`${key}/${name}`)) files[name] = readFileSync(goldenPath(`${key}/${name}`));
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
