import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { build } from 'esbuild';
import { expect, it } from 'vitest';

const here = import.meta.dirname;

/** What a bundler makes of a module of a user of this package; TensorFlow.js stays outside. */
async function bundle(contents: string): Promise<string> {
  const { outputFiles } = await build({
    stdin: { contents, resolveDir: here, loader: 'ts' },
    bundle: true,
    minify: true,
    write: false,
    format: 'esm',
    external: ['@tensorflow/*'],
    conditions: ['@prismamba/source'],
  });
  return outputFiles[0]!.text;
}

it('importing the package registers no backend, no kernel and no gradient in a fresh process', async () => {
  const code = await bundle(`
    import * as all from '@prismamba/spectral-attention';
    import * as tf from '@tensorflow/tfjs-core';
    globalThis.all = all;
    console.log(JSON.stringify([
      Object.keys(tf.engine().registryFactory),
      ...['wasm', 'cpu'].map((backend) => tf.getKernelsForBackend(backend).length),
      tf.getGradient('GradientStatistics') !== undefined,
    ]));`);
  const folder = mkdtempSync(join(here, '../../../node_modules/.pure-entry-'));
  try {
    const file = join(folder, 'run.mjs');
    writeFileSync(file, code);
    const { stdout, stderr, status } = spawnSync(process.execPath, [file], { encoding: 'utf8' });
    expect(status, stderr).toBe(0);
    expect(JSON.parse(stdout)).toEqual([[], 0, 0, false]);
  } finally {
    rmSync(folder, { recursive: true });
  }
});

it('one operator brings no SIMD kernel and at most 30 KB', async () => {
  const one = await bundle("export { spectralGradientAttention } from '@prismamba/spectral-attention';");
  expect(one).not.toContain('AGFzbQ'); // how a WebAssembly module begins in base64
  expect(one.length).toBeLessThan(30_000);
  expect(await bundle("import '@prismamba/spectral-attention/wasm';")).toContain('AGFzbQ');
});
