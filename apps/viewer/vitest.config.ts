import { mergeConfig } from 'vitest/config';
import base from '../../vitest.base.js';

// A busy machine takes seconds for a tile, and minutes for the shaders of a software adapter. One browser at a time: frames are counted.
export default mergeConfig(base, {
  test: { fileParallelism: false, testTimeout: 900_000, expect: { poll: { timeout: 60_000 } } },
});
