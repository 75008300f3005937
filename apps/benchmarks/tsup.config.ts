import { defineConfig } from 'tsup';

// Two programs out of the sources of every package: the parent, and the child process that takes one measurement.
export default defineConfig({
  entry: { 'run-bench': 'src/run-bench.ts', job: 'src/job.ts' },
  format: ['esm'],
  target: 'es2022',
  clean: true,
  skipNodeModulesBundle: true,
  noExternal: [/^@prismamba\//],
  esbuildOptions(options) {
    options.conditions = ['@prismamba/source', ...(options.conditions ?? [])];
  },
});
