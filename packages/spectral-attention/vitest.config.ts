import { mergeConfig } from 'vitest/config';
import base from '../../vitest.base.js';

// Importing the package registers no kernels: tests import them as a program does.
export default mergeConfig(base, { test: { setupFiles: ['src/wasm.ts', 'src/webgpu.ts'] } });
