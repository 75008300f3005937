import { join } from 'node:path';
import { Linter } from 'eslint';
import { parser } from 'typescript-eslint';
import { describe, expect, it } from 'vitest';
import { browserRule } from './browser-rule.mjs';

const root = join(import.meta.dirname, '../..');

function lint(file: string, text: string): string[] {
  const linter = new Linter({ cwd: root });
  const config = {
    files: ['**/*.ts'],
    languageOptions: { parser },
    plugins: { house: { rules: { 'browser-safe': browserRule } } },
    rules: { 'house/browser-safe': 'error' },
  };
  return linter.verify(text, [config as never], join(root, file)).map((m) => m.message);
}

describe('browser entries', () => {
  const importsNode = "import { x } from 'node:fs'; export { x };";
  it('refuses node built-ins in a file that src/index.ts reaches', () => {
    expect(lint('packages/metrics/src/index.ts', importsNode)[0]).toMatch(
      /does not exist in browsers.*@prismamba\/metrics\/node/,
    );
  });
  it('lets Node entries, tests, apps and type imports be', () => {
    expect(lint('packages/datasets/src/node.ts', importsNode)).toEqual([]);
    expect(lint('packages/metrics/src/golden.test.ts', importsNode)).toEqual([]);
    expect(lint('apps/experiments/src/cli.ts', importsNode)).toEqual([]);
    const type = "import type { x } from 'node:fs'; export type { x };";
    expect(lint('packages/metrics/src/index.ts', type)).toEqual([]);
  });
});
