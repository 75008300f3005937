import { mergeConfig } from 'vitest/config';
import base from '../../vitest.base.js';

// Tests run the kernels; that importing the package registers none is asserted in tools/entries.test.ts.
export default mergeConfig(base, { test: { setupFiles: ['src/wasm.ts'] } });
