import '@prismamba/spectral-attention/webgpu';
import '@prismamba/ssm-core/webgpu';
import '@tensorflow/tfjs-backend-webgpu';
import { gradientsOn } from './gradients.page.js';

/** As `gradients.page.ts`, on the WebGPU backend. */
export const run = () => gradientsOn('webgpu');
