import { tensorEntry } from '../state-dict/entries.js';
import type { StateEntry } from '../state-dict/state-entry.js';
import type { MeanSpectrumConfig } from './mean-spectrum.config.js';

/** One entry: the mean spectrum, [bands]. */
export const meanSpectrumStateDict = ({ bands }: MeanSpectrumConfig): StateEntry[] => [
  tensorEntry('mean', [bands], 'spectrum/mean'),
];
