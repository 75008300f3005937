import { mergeConfig } from 'vitest/config';
import base from '../../vitest.base.js';

// A busy machine takes seconds for a tile.
export default mergeConfig(base, { test: { expect: { poll: { timeout: 60_000 } } } });
