import { mergeConfig } from 'vitest/config';
import base from '../../vitest.base.js';

export default mergeConfig(base, {
  test: {
    setupFiles: ['../../vitest.kernels.ts'],
    globalSetup: ['src/testing/remove-bundle.ts'],
    // The longest by far: it runs on when all other packages are done.
    maxWorkers: 2,
  },
});
