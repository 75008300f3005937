import { readFileSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { Linter } from 'eslint';
import { parser } from 'typescript-eslint';
import { describe, expect, it } from 'vitest';
import { layerRule } from './layer-rule.mjs';
import { packageLayers } from './layers.mjs';

const root = join(import.meta.dirname, '../..');

function lint(file: string, text: string): string[] {
  const linter = new Linter({ cwd: root });
  const config = {
    files: ['**/*.ts'],
    languageOptions: { parser },
    plugins: { house: { rules: { layers: layerRule } } },
    rules: { 'house/layers': 'error' },
  };
  return linter.verify(text, [config as never], join(root, file)).map((m) => m.message);
}

describe('import layers', () => {
  it('refuses the guard fixture, with reason and remedy', () => {
    const text = readFileSync(join(import.meta.dirname, 'fixtures/forbidden-import.ts.txt'), 'utf8');
    const messages = lint('packages/models/src/forbidden-import.ts', text);
    expect(messages).toHaveLength(2);
    expect(messages[0]).toMatch(/models never see data.*move the code to apps\/experiments/);
    expect(messages[1]).toMatch(/for tests and benches only/);
  });
  it.each([
    ['packages/trainer/src/x.ts', '@prismamba/models'],
    ['packages/datasets/src/x.ts', '@prismamba/ssm-core'],
    ['packages/metrics/src/x.ts', '@prismamba/datasets'],
    ['packages/ssm-core/src/a/a.ts', '@prismamba/backend'],
    ['packages/ssm-core/src/a/a.ts', '@prismamba/spectral-attention'],
    ['packages/formats/src/x.ts', '@prismamba/backend'],
    ['packages/metrics/src/x.ts', '@prismamba/formats'],
    ['packages/core/src/x.ts', '@prismamba/formats'],
    ['packages/models/src/x.ts', '@prismamba/trainer'],
  ])('%s must not import %s', (file, source) => {
    expect(lint(file, `import { a } from '${source}'; export { a };`)).toHaveLength(1);
    expect(lint(file, `export const a = await import('${source}');`)).toHaveLength(1);
  });
  it.each([
    ['packages/ssm-core/src/a/a.wasm.ts', '@prismamba/backend'],
    ['packages/models/src/x.ts', '@prismamba/ssm-core'],
    ['packages/metrics/src/x.ts', '@prismamba/core'],
    ['packages/models/src/x.test.ts', '@prismamba/testing'],
    ['packages/trainer/src/x.ts', '@prismamba/metrics'],
    ['apps/experiments/src/x.ts', '@prismamba/models'],
  ])('%s may import %s', (file, source) => {
    expect(lint(file, `import { a } from '${source}'; export { a };`)).toEqual([]);
  });
  it('refuses node built-ins in a browser entry', () => {
    expect(lint('packages/metrics/src/index.ts', "import { x } from 'node:fs'; export { x };")[0]).toMatch(
      /does not exist in browsers.*@prismamba\/metrics\/node/,
    );
  });
  it('knows every room, and the same layer as its package.json', () => {
    for (const group of ['packages', 'apps']) {
      for (const name of readdirSync(join(root, group))) {
        const manifest = JSON.parse(readFileSync(join(root, group, name, 'package.json'), 'utf8'));
        expect(manifest.prismamba.layer, name).toBe((packageLayers as Record<string, string>)[name]);
      }
    }
  });
});
