import { mergeConfig } from 'vitest/config';
import base from '../../vitest.base.js';

// Tests run the kernels of both backends; that importing the package registers none is asserted in tools/user-bundles.test.ts.
export default mergeConfig(base, { test: { setupFiles: ['src/wasm.ts', 'src/cpu.ts', 'src/webgpu.ts'] } });
