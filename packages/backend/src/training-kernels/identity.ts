import type { WasmKernel } from './wasm-kernel.js';

/**
 * A further reference to the same bytes, as the other backends' Identity and this backend's own Reshape give. Replaces
 * the WASM backend's kernel, which copies (seen in 4.22.0): every tensor that is saved for a gradient passes through
 * Identity, so training held most activations twice.
 */
export const identity: WasmKernel<'x', object> = {
  name: 'Identity',
  run(backend, { x }) {
    backend.incRef(x.dataId);
    return { dataId: x.dataId, shape: x.shape, dtype: x.dtype };
  },
};
