import { getModel } from '@prismamba/models';
import { paritySuite } from './testing/parity-suite.js';

// The three networks against the official numbers on the WebGPU backend (`npm run test:webgpu`): forward, gradients, values inside.
for (const name of ['gmsr-net', 'm3sr', 'agd-net']) paritySuite(getModel(name), ['webgpu']);
