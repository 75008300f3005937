import { killSuite } from './testing/kill-suite.js';

killSuite({ kills: 24, steps: 60, runs: ['wasm, 1 thread', 'wasm, 2 threads', 'cpu'] });
