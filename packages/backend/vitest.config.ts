import { mergeConfig } from 'vitest/config';
import base from '../../vitest.base.js';

// Its tests start backends, and end threads, as a program does once: each file is a process of its own.
export default mergeConfig(base, { test: { isolate: true } });
