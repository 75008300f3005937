import { convEntries } from '../state-dict/entries.js';
import type { StateEntry } from '../state-dict/state-entry.js';
import type { EdsrConfig } from './edsr.config.js';

/** Official names of EDSR: `head.0`, `body.<i>.body.{0,2}`, the body's last convolution, `tail.0`. */
export function edsrStateDict({ width, blocks, bands }: EdsrConfig): StateEntry[] {
  const conv = (path: string, input: number, out: number) =>
    convEntries({ path, in: input, out, kernel: 3, bias: true });
  return [
    ...conv('head.0', 3, width),
    ...Array.from({ length: blocks }, (_, i) => [
      ...conv(`body.${i}.body.0`, width, width),
      ...conv(`body.${i}.body.2`, width, width),
    ]).flat(),
    ...conv(`body.${blocks}`, width, width),
    ...conv('tail.0', width, bands),
  ];
}
