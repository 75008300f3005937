import { spawnSync } from 'node:child_process';
import { describe, expect, it } from 'vitest';
import { optimizingFlags } from './optimizing-compiler.js';

describe('flags of the optimizing compiler', () => {
  // An unknown flag would be a line on the console, a missing one ends the process: `npm run test:release` has the newest Node.
  it('take deoptimization away where V8 has it by default: Node 25 and 26, not 20 to 24', () => {
    const taken = (version: string) => optimizingFlags(version).before.includes('--no-wasm-deopt');
    expect(['14.1.146.11-node.25', '14.6.202.34-node.34'].map(taken)).toEqual([true, true]);
    expect(['11.3.244.8-node.38', '13.6.233.17-node.53'].map(taken)).toEqual([false, false]);
  });
  it('are known to this version of V8', () => {
    const { before, after } = optimizingFlags();
    const run = spawnSync(process.execPath, [...before, ...after, '--eval', '0'], { encoding: 'utf8' });
    expect([run.status, run.stderr]).toEqual([0, '']);
  });
});
