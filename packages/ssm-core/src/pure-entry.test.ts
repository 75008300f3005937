import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { build } from 'esbuild';
import { expect, it } from 'vitest';

const here = import.meta.dirname;

/** What a bundler makes of a module text of a user of this package; TensorFlow.js stays outside. */
async function bundle(text: string, minify = true): Promise<string> {
  const { outputFiles } = await build({
    stdin: { contents: text, resolveDir: here, loader: 'ts' },
    bundle: true,
    minify,
    write: false,
    format: 'esm',
    external: ['@tensorflow/*'],
    conditions: ['@prismamba/source'],
  });
  return outputFiles[0]!.text;
}

/** Runs a module in a process of its own and gives back what it printed as JSON. */
function run(code: string): unknown {
  const folder = mkdtempSync(join(here, '../../../node_modules/.pure-entry-'));
  try {
    const file = join(folder, 'run.mjs');
    writeFileSync(file, code);
    const { stdout, stderr, status } = spawnSync(process.execPath, [file], { encoding: 'utf8' });
    expect(status, stderr).toBe(0);
    return JSON.parse(stdout);
  } finally {
    rmSync(folder, { recursive: true });
  }
}

const REPORT = `
  import * as tf from '@tensorflow/tfjs-core';
  const kernels = (backend: string) => tf.getKernelsForBackend(backend).map(({ kernelName }) => kernelName);
  console.log(JSON.stringify({
    backends: Object.keys(tf.engine().registryFactory),
    wasm: kernels('wasm'),
    cpu: kernels('cpu'),
    gradient: tf.getGradient('SelectiveScan') !== undefined,
  }));`;

it('importing the package registers no backend, no kernel and no gradient', async () => {
  const everything = `import * as ops from '@prismamba/ssm-core'; globalThis.ops = ops; ${REPORT}`;
  expect(run(await bundle(everything))).toEqual({ backends: [], wasm: [], cpu: [], gradient: false });
});

it('importing /cpu registers the kernels of ss2dScan for CPU, and nothing else', async () => {
  expect(run(await bundle(`import '@prismamba/ssm-core/cpu'; ${REPORT}`))).toEqual({
    backends: [],
    wasm: [],
    cpu: ['SS2DScan', 'SS2DScanGradient'],
    gradient: false,
  });
});

it('one operator brings no SIMD kernel and at most 40 KB', async () => {
  const one = await bundle("export { causalConv1d } from '@prismamba/ssm-core';");
  expect(one).not.toContain('AGFzbQ'); // how a WebAssembly module begins in base64
  expect(one.length).toBeLessThan(40_000);
  // The kernels are what is large: were they in, this would fail.
  expect((await bundle("import '@prismamba/ssm-core/wasm';")).length).toBeGreaterThan(150_000);
});
