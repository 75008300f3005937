import { removeBundle } from './command-line.js';

/** Runs in the test runner after the last file (`globalSetup` of vitest.config.ts). */
export const teardown = () => removeBundle(process.pid);
