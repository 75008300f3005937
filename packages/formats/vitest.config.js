import { mergeConfig } from 'vitest/config';
import base from '../../vitest.base.js';
// Tests of failing disks mock node:fs: each file is a process of its own.
export default mergeConfig(base, { test: { isolate: true } });
