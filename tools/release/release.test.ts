import { mkdirSync, mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { transformSync } from 'esbuild';
import { afterAll, describe, expect, it } from 'vitest';
import { root, workspacePackages } from '../workspace.mjs';
import { typeProblems } from './example-types.mjs';
import { asPage, samePrinted } from './in-browser.mjs';
import { copiesOf } from './install-each.mjs';
import { released } from './publish.mjs';

// What the release test judges by; that a release itself works is `npm run test:release`.
const scratch = mkdtempSync(join(tmpdir(), 'release-tools-'));
afterAll(() => rmSync(scratch, { recursive: true, force: true }));

describe('what gets a new version with a change', () => {
  const range = { '@prismamba/a': '^0.1.0' };
  const all = [
    { name: '@prismamba/a' },
    { name: '@prismamba/b', dependencies: range },
    { name: '@prismamba/c', peerDependencies: range },
    { name: '@prismamba/d', dependencies: { '@prismamba/b': '^0.1.0' } },
    { name: '@prismamba/experiments', devDependencies: range },
  ];
  it('patch: the package, and the command line, which has its code', () => {
    expect(released(all, '@prismamba/a', 'patch')).toEqual(['@prismamba/a', '@prismamba/experiments']);
    expect(released(all, '@prismamba/d', 'patch')).toEqual(['@prismamba/d']);
  });
  it('minor: also those whose range it leaves, and not theirs', () => {
    expect(released(all, '@prismamba/a', 'minor')).toEqual(
      ['a', 'b', 'c', 'experiments'].map((name) => `@prismamba/${name}`),
    );
  });
});

it('versions are independent: no two packages are fixed or linked to one another', async () => {
  const { default: config } = (await import('../../.changeset/config.json', { with: { type: 'json' } })) as {
    default: { fixed: unknown[]; linked: unknown[]; ignore: unknown[] };
  };
  expect([config.fixed, config.linked, config.ignore]).toEqual([[], [], []]);
});

it('every published package checks itself', () => {
  const published = workspacePackages().filter((one) => one.published);
  expect(published.map(({ manifest }) => manifest.name)).toEqual(
    expect.arrayContaining(['@prismamba/weights', '@prismamba/experiments', 'prismamba']),
  );
  const unchecked = published.filter(
    ({ manifest }) => manifest.scripts?.['check-package'] !== 'node ../../tools/check-package.mjs',
  );
  expect(unchecked.map(({ name }) => name)).toEqual([]);
});

it('copies of a package are found however deep they are', () => {
  for (const path of [
    '@tensorflow/tfjs-core/dist',
    'x/node_modules/@tensorflow/tfjs-core',
    '@tensorflow/tfjs',
  ])
    mkdirSync(join(scratch, path), { recursive: true });
  expect(copiesOf(scratch, '@tensorflow/tfjs-core').sort()).toEqual([
    '@tensorflow/tfjs-core',
    'x/node_modules/@tensorflow/tfjs-core',
  ]);
  expect(copiesOf(join(scratch, 'nowhere'), '@tensorflow/tfjs-core')).toEqual([]);
});

describe('an example on a page', () => {
  it('gives what it prints, and names the folder of the .wasm files', async () => {
    const code =
      "import { sep } from 'node:path';\n\nawait startBackend('wasm');\nconsole.log(sep, [1, 2], new Float32Array(2));";
    const page = asPage(code);
    expect(page).toContain("startBackend('wasm', { wasmPaths: '/wasm/' })");
    const started: unknown[] = [];
    Object.assign(globalThis, { startBackend: (...all: unknown[]) => void started.push(all) });
    const { run } = (await import(
      `data:text/javascript,${encodeURIComponent(transformSync(page, { loader: 'ts', format: 'esm' }).code)}`
    )) as { run: () => Promise<string> };
    expect(samePrinted(await run(), '/ [ 1, 2 ] [ 0, 0 ]')).toBe(true);
    expect(started).toEqual([['wasm', { wasmPaths: '/wasm/' }]]);
  });
  it('is equal but for brackets, quotes and spaces', () => {
    expect(samePrinted('[1,2]', '[ 1, 2 ]')).toBe(true);
    expect(samePrinted('[1,2]', '[ 1, 3 ]')).toBe(false);
  });
});

it('a wrong type in an example is a problem, and nothing is left behind', () => {
  const own = mkdtempSync(join(root, 'node_modules/.release-types-'));
  try {
    const good = { code: "import { mkdirSync } from 'node:fs';\nawait Promise.resolve(mkdirSync);" };
    // The second file alone is named: the compiler is content with the first.
    const problems = typeProblems([good, { code: 'export const count: number = "one";' }], own, 'bundler');
    expect(problems.match(/example-\d/g)).toEqual(['example-2']);
    expect(problems).toMatch(/example-2\.ts\(1,14\): error TS2322/);
    expect(readdirSync(own)).toEqual([]);
  } finally {
    rmSync(own, { recursive: true, force: true });
  }
});
