import { join, relative } from 'node:path';
import { defineConfig } from 'vitest/config';
import longTests from './tools/long-tests.json' with { type: 'json' };
/** Slow and device-bound lanes have it in their file name and are commands of their own. */
const lane = process.env['PRISMAMBA_LANE'];
const fast = lane === 'fast';
const slowLanes = ['slow', 'webgpu', 'browser', 'slurm', 'soak', 'viewer', 'tfjsnode', 'fuzz'].map((name) => `**/*.${name}.test.ts`);
export default defineConfig({
    ssr: { resolve: { conditions: ['@prismamba/source', 'node', 'import', 'default'] } },
    resolve: { conditions: ['@prismamba/source', 'node', 'import', 'default'] },
    test: {
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
        // Several packages at a time (`npm test`) are as many processes as they need to be: what each loads is loaded once.
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
                    outputFile: process.env['PRISMAMBA_REPORT'] ??
                        join(import.meta.dirname, 'reports', `${relative(import.meta.dirname, process.cwd())}${lane === undefined || fast ? '' : `.${lane}`}.json`),
                },
            ],
        ],
    },
});
