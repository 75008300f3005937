// The layers and the blocks of the networks that have golden numbers, on the WebGPU backend (`npm run test:webgpu`).
import './layers/layers.test.js';
import './m3sr/m3sr.ops.test.js';
