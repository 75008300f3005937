import { sizeOf, type StateEntry } from '../state-dict/state-entry.js';

/**
 * Parameters that a module-hooking profiler (thop) does not see, by model: raw parameters of a module (they end
 * otherwise than `.weight` or `.bias`) always, and here the modules that it has no rule for or that never run.
 */
const unseenModules: Readonly<Record<string, RegExp>> = {
  // Group normalisation has no rule; the Mamba block's fused path calls none of its modules; the MLP never runs.
  m3sr: /\.spe_mamba\.|\.mlp\./,
};

/** The published convention's parameter count: parameters of hooked modules only. */
export function hookedParameters(model: string, entries: readonly StateEntry[]): number {
  const unseen = unseenModules[model];
  return entries
    .filter((entry) => entry.kind === 'parameter' || entry.kind === 'dead')
    .filter((entry) => /\.(weight|bias)$/.test(entry.official) && unseen?.test(entry.official) !== true)
    .reduce((sum, entry) => sum + sizeOf(entry.shape), 0);
}
