import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { build, type BuildOptions } from 'esbuild'; // comes with tsup
import { build as viteBuild } from 'vite';

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
  readonly webgpu: readonly string[];
  readonly tensorflow: readonly string[];
}

/** The bundlers of users that are tried. */
export const bundlers = ['esbuild', 'vite'] as const;
export type Bundler = (typeof bundlers)[number];

/** Bundles a module into `folder` and returns the program. In parts: what is imported on demand stays apart. */
async function bundleInto(folder: string, contents: string, bundler: Bundler): Promise<string> {
  if (bundler === 'esbuild') {
    const outExtension = { '.js': '.mjs' };
    await build({ ...settings(contents), splitting: true, platform: 'node', outdir: folder, outExtension });
    return join(folder, 'stdin.mjs');
  }
  const entry = join(folder, 'entry.ts');
  writeFileSync(entry, contents);
  await viteBuild({
    configFile: false,
    logLevel: 'error',
    root: here,
    // From the sources, so that no package need be built; `ssr` has conditions of its own.
    ssr: {
      noExternal: true,
      external: ['@tensorflow/tfjs-core', '@tensorflow/tfjs-layers'],
      resolve: { conditions: ['@prismamba/source', 'node', 'import', 'default'] },
    },
    build: {
      ssr: entry,
      outDir: join(folder, 'out'),
      minify: true,
      rollupOptions: { external: [/^@tensorflow\//], output: { entryFileNames: 'bundle.mjs' } },
    },
  });
  return join(folder, 'out', 'bundle.mjs');
}

/** What a user's module prints, bundled and run in a fresh process. */
export async function runUserBundle(contents: string, bundler: Bundler = 'esbuild'): Promise<string> {
  const folder = mkdtempSync(join(here, '../../../node_modules/.user-bundle-'));
  try {
    const program = await bundleInto(folder, contents, bundler);
    const { stdout, stderr, status } = spawnSync(process.execPath, [program], {
      encoding: 'utf8',
      maxBuffer: 1 << 26,
    });
    if (status !== 0) throw new Error(`runUserBundle: ${stderr}`);
    return stdout;
  } finally {
    rmSync(folder, { recursive: true });
  }
}

/** Runs the imports of a user in a fresh process, and says which backends and kernels are registered afterwards. */
export async function registeredAfter(imports: string): Promise<Registered> {
  return JSON.parse(
    await runUserBundle(`
      ${imports}
      import * as tf from '@tensorflow/tfjs-core';
      const kernels = (backend: string) => tf.getKernelsForBackend(backend).map(({ kernelName }) => kernelName);
      console.log(JSON.stringify({
        backends: Object.keys(tf.engine().registryFactory), wasm: kernels('wasm'), cpu: kernels('cpu'), webgpu: kernels('webgpu'), tensorflow: kernels('tensorflow'),
      }));`),
  ) as Registered;
}
