import { packageConfig } from '../../tsup.base.js';

export default packageConfig({
  entry: {
    index: 'src/index.ts',
    wasm: 'src/wasm.ts',
    cpu: 'src/cpu.ts',
    webgpu: 'src/webgpu.ts',
    tensorflow: 'src/tensorflow.ts',
    internal: 'src/internal.ts',
    arrays: 'src/arrays.ts',
  },
  // The entries share the operators' declarations.
  splitting: true,
});
