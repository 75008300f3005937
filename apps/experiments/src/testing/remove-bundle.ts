import { removeBundle } from './command-line.js';

/** Runs in the test runner after the last file (`globalSetup` of vitest.base.ts). */
export const teardown = () => removeBundle(process.pid);
