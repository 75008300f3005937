// The rule for what is no ordinary input (docs/reliability.md) on the WebGPU backend.
import './odd-input.test.js';
