import { convEntries } from '../state-dict/entries.js';
import type { StateEntry } from '../state-dict/state-entry.js';
import type { HscnnPlusConfig } from './hscnn-plus.config.js';

/** Official names of HSCNN+: `ddfn.conv_*`, `ddfn.dfus_blocks.<i>.*`, `conv_out`; no biases. */
export function hscnnPlusStateDict({ blocks, bands }: HscnnPlusConfig): StateEntry[] {
  const conv = (path: string, input: number, out: number, kernel: number) =>
    convEntries({ path, in: input, out, kernel });
  return [
    ...conv('ddfn.conv_up1', 3, 32, 3),
    ...conv('ddfn.conv_up2', 32, 32, 1),
    ...conv('ddfn.conv_down1', 3, 32, 3),
    ...conv('ddfn.conv_down2', 32, 32, 1),
    ...Array.from({ length: blocks }, (_, i) => [
      ...conv(`ddfn.dfus_blocks.${i}.conv1`, 128 + 32 * i, 128, 1),
      ...conv(`ddfn.dfus_blocks.${i}.conv_up1`, 128, 32, 3),
      ...conv(`ddfn.dfus_blocks.${i}.conv_up2`, 32, 16, 1),
      ...conv(`ddfn.dfus_blocks.${i}.conv_down1`, 128, 32, 3),
      ...conv(`ddfn.dfus_blocks.${i}.conv_down2`, 32, 16, 1),
      ...conv(`ddfn.dfus_blocks.${i}.conv_fution`, 96, 32, 1),
    ]).flat(),
    ...conv('conv_out', 128 + 32 * blocks, bands, 1),
  ];
}
