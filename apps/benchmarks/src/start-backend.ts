// Every backend is started through this file, so that none lacks the kernels of our operators.
import '@prismamba/ssm-core/cpu';
import '@prismamba/ssm-core/tensorflow';
import '@prismamba/ssm-core/wasm';
import '@prismamba/ssm-core/webgpu';
import '@prismamba/spectral-attention/wasm';
import '@prismamba/spectral-attention/webgpu';

export { startBackend } from '@prismamba/backend';
