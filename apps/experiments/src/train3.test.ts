import { train3Suite } from './testing/train3-suite.js';

// The CPU backend takes ten times as long: train3.slow.test.ts.
train3Suite(['wasm']);
