import { packageConfig } from '../../tsup.base.js';

export default packageConfig({
  entry: {
    index: 'src/index.ts',
    wasm: 'src/wasm.ts',
    webgpu: 'src/webgpu.ts',
    internal: 'src/internal.ts',
  },
  // The entries share the operators' declarations.
  splitting: true,
});
