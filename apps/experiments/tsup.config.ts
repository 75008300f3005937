import { defineConfig } from 'tsup';

// One program out of the sources of every package: `npm start` needs no package builds, only the SIMD kernels.
export default defineConfig({
  entry: {
    cli: 'src/cli.ts',
    // The thread that reads scenes is a file of its own, looked for beside the program.
    'reading-worker': '../../packages/datasets/src/streaming/reading-worker.ts',
  },
  format: ['esm'],
  target: 'es2022',
  splitting: true,
  sourcemap: true,
  clean: true,
  // Only the packages of this workspace go into the bundle; libraries stay where npm put them.
  skipNodeModulesBundle: true,
  noExternal: [/^@prismamba\//],
  esbuildOptions(options) {
    options.conditions = ['@prismamba/source', ...(options.conditions ?? [])];
  },
});
