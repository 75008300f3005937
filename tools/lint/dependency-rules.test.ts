import {
  mkdirSync,
  mkdtempSync,
  readFileSync,
  readdirSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { findViolations } from './dependency-rules.mjs';
import { packageLayers } from './layers.mjs';

const root = join(import.meta.dirname, '../..');
/** A workspace of the same packages with one file each, into which a test puts an import. */
let house = '';

function write(file: string, text: string): void {
  const path = join(house, file);
  mkdirSync(dirname(path), { recursive: true });
  writeFileSync(path, text);
}

beforeAll(() => {
  house = mkdtempSync(join(tmpdir(), 'prismamba-imports-'));
  mkdirSync(join(house, 'node_modules/@prismamba'), { recursive: true });
  write('package.json', JSON.stringify({ private: true, workspaces: ['packages/*'] }));
  for (const name of Object.keys(packageLayers)) {
    const folder = `packages/${name}`;
    const shared = { './assembly/*': { '@prismamba/source': './src/assembly/*.as.ts' } };
    const manifest = { name: `@prismamba/${name}`, exports: { '.': './src/index.ts', ...shared } };
    write(`${folder}/package.json`, JSON.stringify(manifest));
    write(`${folder}/src/index.ts`, 'export const a = 1;\n');
    symlinkSync(join(house, folder), join(house, 'node_modules/@prismamba', name));
  }
  write('packages/backend/src/assembly/simd.as.ts', 'export const simd = 1;\n');
  write('packages/backend/src/a/a.as.ts', 'export const a = 1;\n');
});
afterAll(() => rmSync(house, { recursive: true, force: true }));

/** Names of the rules that `text` at `file` breaks. */
async function broken(file: string, text: string): Promise<string[]> {
  write(file, text);
  try {
    return (await findViolations(house)).map((violation) => `${violation.rule}: ${violation.comment}`);
  } finally {
    rmSync(join(house, file));
  }
}

describe('imports between packages', () => {
  it('refuses the guard fixture, with reason and remedy', async () => {
    const text = readFileSync(join(import.meta.dirname, 'fixtures/forbidden-import.ts.txt'), 'utf8');
    const messages = await broken('packages/models/src/x.ts', text);
    expect(messages).toHaveLength(2);
    expect(messages.join('\n')).toMatch(/models never see data.*move the code to apps\/experiments/);
    expect(messages.join('\n')).toMatch(/for tests and benches only/);
  });
  it.each([
    ['trainer/src/x.ts', 'models'],
    ['datasets/src/x.ts', 'ssm-core'],
    ['metrics/src/x.ts', 'datasets'],
    ['ssm-core/src/a/a.ts', 'backend'],
    ['ssm-core/src/a/a.ts', 'spectral-attention'],
    ['formats/src/x.ts', 'backend'],
    ['metrics/src/x.ts', 'formats'],
    ['core/src/x.ts', 'formats'],
    ['weights/src/x.ts', 'trainer'],
    ['models/src/x.ts', 'parity'],
    ['models/src/x.ts', 'trainer'],
  ])('%s must not import %s', async (file, target) => {
    for (const text of [
      `import { a } from '@prismamba/${target}'; export { a };`,
      `import type { a } from '@prismamba/${target}'; export type b = typeof a;`,
      `export const b = await import('@prismamba/${target}');`,
    ]) {
      expect(await broken(`packages/${file}`, text), text).toHaveLength(1);
    }
  });
  it.each([
    ['ssm-core/src/a/a.wasm.ts', 'backend'],
    ['models/src/x.ts', 'ssm-core'],
    ['metrics/src/x.ts', 'core'],
    ['experiments/src/x.ts', 'parity'],
    ['models/src/x.test.ts', 'testing'],
    ['trainer/src/x.ts', 'metrics'],
    ['experiments/src/x.ts', 'models'],
  ])('%s may import %s', async (file, target) => {
    expect(
      await broken(`packages/${file}`, `import { a } from '@prismamba/${target}'; export { a };`),
    ).toEqual([]);
  });
  it('AssemblyScript may use the shared library of backend and nothing else of another package', async () => {
    const lib = "import { simd } from '@prismamba/backend/assembly/simd'; export { simd };";
    expect(await broken('packages/ssm-core/src/x/x.as.ts', lib)).toEqual([]);
    expect(await broken('packages/ssm-core/src/x/x.ts', lib)).toHaveLength(1);
    expect(await broken('packages/metrics/src/x.as.ts', lib)).toHaveLength(1);
    const source = "import { a } from '../../../backend/src/a/a.as'; export { a };";
    expect((await broken('packages/ssm-core/src/x/x.as.ts', source)).join()).toMatch(/assembly-library/);
    expect((await broken('packages/ssm-core/src/x/x.as.ts', source)).join()).toMatch(/by-name/);
  });
  it('a package is entered by its name, not by a path', async () => {
    const text = "import { a } from '../../formats/src/index.js'; export { a };";
    expect((await broken('packages/models/src/x.ts', text)).join()).toMatch(/by-name/);
    const name = "import { a } from '@prismamba/formats'; export { a };";
    expect(await broken('packages/models/src/x.ts', name)).toEqual([]);
  });
  it('refuses circles, type imports included, and imports that lead nowhere', async () => {
    write('packages/trainer/src/other.ts', "import type { B } from './x.js'; export type A = B;");
    const back = "import type { A } from './other.js'; export type B = A;";
    expect((await broken('packages/trainer/src/x.ts', back)).join()).toMatch(/no-circle/);
    rmSync(join(house, 'packages/trainer/src/other.ts'));
    const nowhere = "export * from './gone.js';";
    expect((await broken('packages/formats/src/x.ts', nowhere)).join()).toMatch(/resolvable/);
  });
  it('knows every package, and the same layer as its package.json', () => {
    for (const group of ['packages', 'apps']) {
      for (const name of readdirSync(join(root, group))) {
        const manifest = JSON.parse(readFileSync(join(root, group, name, 'package.json'), 'utf8'));
        expect(manifest.prismamba.layer, name).toBe((packageLayers as Record<string, string>)[name]);
      }
    }
  });
});
