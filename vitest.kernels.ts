// Registers the kernels of the operators, for tests of what is built on them (setupFiles of vitest.base.ts).
import '@prismamba/ssm-core/cpu';
import '@prismamba/ssm-core/wasm';
import '@prismamba/ssm-core/webgpu';
import '@prismamba/spectral-attention/wasm';
import '@prismamba/spectral-attention/webgpu';
