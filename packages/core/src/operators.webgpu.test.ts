// The suite of the operator that this package has on the WebGPU backend (`npm run test:webgpu`).
import './gelu/gelu.test.js';
