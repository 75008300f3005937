import '@prismamba/spectral-attention/webgpu';
import '@prismamba/ssm-core/webgpu';
import '@tensorflow/tfjs-backend-webgpu';
import { runOn } from './gmsr-net.page.js';

/** As `gmsr-net.page.ts`, on the WebGPU backend. */
export const run = () => runOn('webgpu', {});
