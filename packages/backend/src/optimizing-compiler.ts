import { isNode, nodeBuiltin } from './node-builtins.js';

/**
 * V8 has no on-stack replacement for WebAssembly: a long first call would run to its end in the baseline compiler, at
 * half the speed. In Node the optimizing compiler is asked for at once, for this compilation only; elsewhere the
 * compilation is plain and the engine tiers up after some calls.
 */
export function withOptimizingCompiler<T>(compile: () => T): T {
  const v8 = nodeBuiltin('v8');
  if (v8 === undefined) return compile();
  const { before, after } = optimizingFlags(process.versions.v8);
  before.forEach((flag) => v8.setFlagsFromString(flag));
  try {
    return compile();
  } finally {
    after.forEach((flag) => v8.setFlagsFromString(flag));
  }
}

/** Flags for a compilation by the optimizing compiler alone, and those to set after it; none outside of Node. */
export function optimizingFlags(v8Version = isNode() ? process.versions.v8 : undefined) {
  if (v8Version === undefined) return { before: [], after: [] };
  return {
    before: [...deoptimization(v8Version), '--no-liftoff', '--no-wasm-lazy-compilation'],
    after: ['--wasm-lazy-compilation', '--liftoff'],
  };
}

/**
 * From version 14 on (Node 25), V8 inlines functions together with points of return into their baseline code. Where there is
 * no such code it aborts the process: "Check failed: function_feedback". The points stay off, because flags are the
 * process's and another thread may be compiling; they only serve guesses about indirect calls, of which kernels have none.
 */
function deoptimization(v8Version: string): string[] {
  return Number.parseInt(v8Version, 10) >= 14 ? ['--no-wasm-deopt'] : [];
}
