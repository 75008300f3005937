import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { build, type BuildOptions } from 'esbuild'; // comes with tsup

const here = import.meta.dirname;

/** The settings of a user's bundler; TensorFlow.js stays outside. */
function settings(contents: string): BuildOptions {
  return {
    stdin: { contents, resolveDir: here, loader: 'ts' },
    bundle: true,
    minify: true,
    format: 'esm',
    external: ['@tensorflow/*'],
    conditions: ['@prismamba/source'],
  };
}

/** What a bundler makes of a module of a user of our packages, minified, in one file. */
export async function userBundle(contents: string): Promise<string> {
  const { outputFiles } = await build({ ...settings(contents), write: false });
  return outputFiles[0]!.text;
}

/** How a WebAssembly module begins in base64. */
export const WASM_IN_BASE64 = 'AGFzbQ';

/** What importing something changed in TensorFlow.js. */
export interface Registered {
  readonly backends: readonly string[];
  readonly wasm: readonly string[];
  readonly cpu: readonly string[];
}

/** Runs the imports of a user in a fresh process, and says which backends and kernels are registered afterwards. */
export async function registeredAfter(imports: string): Promise<Registered> {
  const code = `
    ${imports}
    import * as tf from '@tensorflow/tfjs-core';
    const kernels = (backend: string) => tf.getKernelsForBackend(backend).map(({ kernelName }) => kernelName);
    console.log(JSON.stringify({
      backends: Object.keys(tf.engine().registryFactory), wasm: kernels('wasm'), cpu: kernels('cpu'),
    }));`;
  const folder = mkdtempSync(join(here, '../../../node_modules/.user-bundle-'));
  try {
    // In parts: what is imported on demand stays apart, and so do the packages that it imports.
    const outExtension = { '.js': '.mjs' };
    await build({ ...settings(code), splitting: true, platform: 'node', outdir: folder, outExtension });
    const run = [join(folder, 'stdin.mjs')];
    const { stdout, stderr, status } = spawnSync(process.execPath, run, { encoding: 'utf8' });
    if (status !== 0) throw new Error(`registeredAfter: ${stderr}`);
    return JSON.parse(stdout) as Registered;
  } finally {
    rmSync(folder, { recursive: true });
  }
}
