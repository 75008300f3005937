import { defineConfig, type Options } from 'tsup';

/**
 * TensorFlow.js by `require`: Node reads a CommonJS module that is imported twice, first for the names that it may export, and with
 * two megabytes of them that is a third of the time that a command takes to start.
 */
const TENSORFLOW = /^@tensorflow\/tfjs-(core|layers|backend-cpu|backend-wasm)$/;
const requiredTensorflow: NonNullable<Options['esbuildPlugins']>[number] = {
  name: 'required-tensorflow',
  setup(build) {
    build.onResolve({ filter: TENSORFLOW }, ({ path, kind }) =>
      kind === 'require-call' ? { path, external: true } : { path, namespace: 'required' },
    );
    build.onLoad({ filter: /.*/, namespace: 'required' }, ({ path }) => ({
      contents: `module.exports = require('${path}');`,
    }));
  },
};

// One program out of the sources of every package: `npm start` needs no package builds, only the SIMD kernels.
export default defineConfig({
  entry: {
    cli: 'src/cli.ts',
    // The same without the process around it: tools/run-commands.mjs runs many commands in one.
    main: 'src/main.ts',
    // The threads that read scenes and form photos are files of their own, looked for beside the program.
    'reading-worker': '../../packages/datasets/src/streaming/reading-worker.ts',
    'photo-worker': '../../packages/datasets/src/streaming/photo-worker.ts',
  },
  format: ['esm'],
  target: 'es2022',
  splitting: true,
  sourcemap: true,
  clean: true,
  // Only the packages of this workspace go into the bundle; libraries stay where npm put them.
  skipNodeModulesBundle: true,
  noExternal: [/^@prismamba\//, TENSORFLOW],
  esbuildPlugins: [requiredTensorflow],
  banner: {
    js: "import { createRequire as requireFrom } from 'node:module'; const require = requireFrom(import.meta.url);",
  },
  esbuildOptions(options) {
    options.conditions = ['@prismamba/source', ...(options.conditions ?? [])];
  },
});
