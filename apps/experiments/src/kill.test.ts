import { killSuite } from './testing/kill-suite.js';

// A few kill points; kill.slow.test.ts has many.
killSuite({ kills: 3, steps: 30, runs: ['wasm, 2 threads'] });
