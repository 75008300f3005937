import { killSuite } from './testing/kill-suite.js';

// A few kill points; kill.slow.test.ts has many.
killSuite({ kills: 2, steps: 18, runs: ['wasm, 2 threads'] });
