import { OUTPUT_BANDS } from '../bands.js';
import { tensorEntry } from '../state-dict/entries.js';
import type { StateEntry } from '../state-dict/state-entry.js';

/** One entry: the mean spectrum, [31]. */
export const meanSpectrumStateDict = (): StateEntry[] => [
  tensorEntry('mean', [OUTPUT_BANDS], 'spectrum/mean'),
];
