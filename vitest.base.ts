import { join, relative } from 'node:path';
import { defineConfig, type TestUserConfig } from 'vitest/config';
import longTests from './tools/long-tests.json' with { type: 'json' };

/** Slow and device-bound lanes have it in their file name and are commands of their own. */
const lane = process.env['PRISMAMBA_LANE'];
const fast = lane === 'fast';
const slowLanes = ['slow', 'webgpu', 'browser', 'slurm', 'soak', 'viewer', 'tfjsnode', 'fuzz'].map(
  (name) => `**/*.${name}.test.ts`,
);

const root = import.meta.dirname;
const place = relative(root, process.cwd()).replaceAll('\\', '/');
/** Packages whose tests run the operators' kernels, so that their manifests name those packages. */
export const withKernels = [
  'packages/models',
  'packages/parity',
  'packages/weights',
  'apps/benchmarks',
  'apps/experiments',
];
const kernels = { setupFiles: [join(root, 'vitest.kernels.ts')] };
const kernelsOf = (name: string, files: readonly string[]) => ({
  setupFiles: files.map((file) => join(root, 'packages', name, 'src', file)),
});
/** What tests of a package want beside the common settings. It stands here, so that all share one cache of transformed modules. */
const own: Readonly<Record<string, TestUserConfig>> = {
  // Its tests start backends, and end threads, as a program does once: each file is a process of its own.
  'packages/backend': { isolate: true },
  // Tests of failing disks mock node:fs.
  'packages/formats': { isolate: true },
  // Importing the packages registers no kernels (tools/user-bundles.test.ts asserts it): tests import them as a program does.
  'packages/spectral-attention': kernelsOf('spectral-attention', ['wasm.ts', 'webgpu.ts']),
  'packages/ssm-core': kernelsOf('ssm-core', ['wasm.ts', 'cpu.ts', 'webgpu.ts']),
  'apps/experiments': { globalSetup: [join(root, 'apps/experiments/src/testing/remove-bundle.ts')] },
  // A busy machine takes seconds for a tile, and minutes for the shaders of a software adapter. One browser at a time: frames are counted.
  'apps/viewer': { fileParallelism: false, testTimeout: 900_000, expect: { poll: { timeout: 60_000 } } },
};

export default defineConfig({
  // One root for all packages, and the tests of the package that this runs in: modules that another package's run has transformed
  // are not transformed again.
  root,
  ssr: { resolve: { conditions: ['@prismamba/source', 'node', 'import', 'default'] } },
  resolve: { conditions: ['@prismamba/source', 'node', 'import', 'default'] },
  test: {
    dir: process.cwd(),
    experimental: { fsModuleCache: true },
    include: lane === undefined || fast ? ['**/*.test.ts'] : [`**/*.${lane}.test.ts`],
    exclude: [
      '**/node_modules/**',
      '**/dist/**',
      ...(lane === undefined || fast ? slowLanes : []),
      ...(fast ? longTests.files.map((name) => `**/${name}`) : []),
    ],
    passWithNoTests: fast,
    environment: 'node',
    pool: 'forks',
    // `npm test` runs the tests of two packages at a time, each in one process: what it loads is loaded once.
    maxWorkers: Number(process.env['PRISMAMBA_TEST_WORKERS'] ?? 2),
    // The files of a package share one process and its modules: loading TensorFlow.js anew costs more than most tests. A test
    // leaves what is global (backend, threads, environment) as it was; packages whose tests cannot say `isolate: true`.
    isolate: false,
    // Only a guard against hanging: no test is about time, and a busy machine can be ten times slower.
    // A software adapter compiles the shaders of a network for minutes.
    testTimeout: lane === 'webgpu' ? 3_600_000 : 300_000,
    hookTimeout: 300_000,
    reporters: [
      'default',
      [
        'json',
        {
          // `reports/packages/metrics.json`: the name that nx.json caches and tools/test-reports.mjs wants.
          // Tests that run once more on another backend (tools/test-tfjs-node.mjs) are counted by their own command.
          outputFile:
            process.env['PRISMAMBA_REPORT'] ??
            join(root, 'reports', `${place}${lane === undefined || fast ? '' : `.${lane}`}.json`),
        },
      ],
    ],
    ...(withKernels.includes(place) ? kernels : {}),
    ...own[place],
  },
});
