import { spawnSync } from 'node:child_process';
import { cpSync, mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { build } from 'esbuild'; // comes with tsup
import { afterAll, beforeAll, expect, it } from 'vitest';

const here = dirname(fileURLToPath(import.meta.url));
const { resolve } = createRequire(import.meta.url);
const modules = join(here, '../../../../node_modules');
let folder: string;

// A folder whose TensorFlow.js is one copy, and `second/` in it, whose TensorFlow.js is another.
beforeAll(async () => {
  folder = mkdtempSync(join(modules, '.two-copies-'));
  for (const place of [folder, join(folder, 'second')]) {
    const copy = join(place, 'node_modules/@tensorflow/tfjs-core');
    mkdirSync(join(copy, 'dist'), { recursive: true });
    const original = dirname(resolve('@tensorflow/tfjs-core/package.json'));
    cpSync(join(original, 'package.json'), join(copy, 'package.json'));
    cpSync(join(original, 'dist/tf-core.node.js'), join(copy, 'dist/tf-core.node.js'));
  }
  for (const name of ['long', 'seedrandom', 'node-fetch']) {
    try {
      symlinkSync(dirname(resolve(`${name}/package.json`)), join(folder, 'node_modules', name));
    } catch {
      // A library that this version of TensorFlow.js does not need.
    }
  }
  writeFileSync(
    join(folder, 'second/index.mjs'),
    "import * as tf from '@tensorflow/tfjs-core';\nexport { tf };\n",
  );
  await build({
    entryPoints: [join(here, 'index.ts')],
    outfile: join(folder, 'operator.mjs'),
    bundle: true,
    format: 'esm',
    external: ['@tensorflow/*'],
    conditions: ['@prismamba/source'],
  });
}, 60_000);
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const OURS = `import { defineOperator } from './operator.mjs';
  const declare = (name) => defineOperator({ name, inputs: { x: 'required' }, attributes: {}, outputs: ['y'],
    composed: ({ x }) => ({ y: tf.neg(x) }) });`;

/** What a fresh process writes to stderr. */
function stderrOf(code: string): string {
  const program = `import * as tf from '@tensorflow/tfjs-core';\n${code}`;
  const run = spawnSync(process.execPath, ['--input-type=module', '-e', program], {
    cwd: folder,
    encoding: 'utf8',
  });
  expect(run.status, run.stderr).toBe(0);
  return run.stderr;
}
const count = (text: string) => text.match(/Two copies of TensorFlow\.js are loaded/g)?.length ?? 0;

it('one copy is nothing to speak of', () => {
  expect(count(stderrOf(`${OURS} declare('A'); try { declare('B').run({}); } catch {}`))).toBe(0);
});

it('a copy that was loaded before ours is told at import, once, with the remedy', () => {
  const program = `import './second/index.mjs';\n${OURS} declare('A'); declare('B');`;
  const run = spawnSync(process.execPath, ['--input-type=module', '-e', program], {
    cwd: folder,
    encoding: 'utf8',
  });
  expect(run.status, run.stderr).toBe(0);
  expect(count(run.stderr)).toBe(1);
  expect(run.stderr).toMatch(/loaded before it.*`npm ls @tensorflow\/tfjs-core`.*`npm dedupe`/s);
});

it('a copy that comes later is told by the first operator that runs', () => {
  const program = `${OURS} const one = declare('A'); await import('./second/index.mjs');
    try { one.run({}); } catch {} try { one.run({}); } catch {}`;
  const text = stderrOf(program);
  expect(count(text)).toBe(1);
  expect(text).toContain('loaded after it');
});
