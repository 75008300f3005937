import { spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';

const root = join(import.meta.dirname, '../..');
const folder = mkdtempSync(join(tmpdir(), 'house-rules-'));
afterAll(() => rmSync(folder, { recursive: true }));

/** What `npm run lint` says to files of a workspace that has only them. */
function lint(files: Readonly<Record<string, string>>): string[] {
  const here = mkdtempSync(join(folder, 'workspace-'));
  const rules = { 'house/browser-safe': 'error', 'house/register-layer': 'error' };
  const settings = {
    jsPlugins: [{ name: 'house', specifier: join(root, 'tools/lint/house-rules.mjs') }],
    categories: { correctness: 'off' },
    rules,
  };
  for (const [name, text] of Object.entries({ ...files, '.oxlintrc.json': JSON.stringify(settings) })) {
    mkdirSync(dirname(join(here, name)), { recursive: true });
    writeFileSync(join(here, name), text);
  }
  const oxlint = join(root, 'node_modules/oxlint/bin/oxlint');
  const { stdout, stderr } = spawnSync(process.execPath, [oxlint, '--format', 'json', '.'], {
    cwd: here,
    encoding: 'utf8',
  });
  if (stderr !== '') throw new Error(stderr);
  const { diagnostics } = JSON.parse(stdout) as {
    readonly diagnostics: readonly { readonly message: string; readonly filename: string }[];
  };
  return diagnostics.map(({ filename, message }) => `${filename}: ${message}`);
}

const importsNode = "import { x } from 'node:fs'; export { x };";

describe('browser entries', () => {
  it('refuse node built-ins in a file that src/index.ts reaches', () => {
    const found = lint({
      'packages/metrics/src/index.ts': "export * from './deep.js';",
      'packages/metrics/src/deep.ts': importsNode,
    });
    expect(found).toHaveLength(1);
    expect(found[0]).toMatch(
      /packages\/metrics\/src\/deep\.ts: .*does not exist in browsers.*@prismamba\/metrics\/node/,
    );
  });
  it('let Node entries, tests, apps and type imports be', () => {
    const type = "import type { x } from 'node:fs'; export type { x };";
    expect(
      lint({
        'packages/datasets/src/index.ts': type,
        'packages/datasets/src/node.ts': importsNode,
        'packages/metrics/src/golden.test.ts': importsNode,
        'apps/experiments/src/cli.ts': importsNode,
      }),
    ).toEqual([]);
  });
});

it('a layer is registered by registerLayer only', () => {
  const text = 'tf.serialization.registerClass(Layer);';
  const found = lint({
    'packages/models/src/layer.ts': text,
    'packages/models/src/x.ts': 'registerLayer(L)',
  });
  expect(found).toEqual([expect.stringMatching(/layer\.ts: a layer is registered with registerLayer/)]);
});
