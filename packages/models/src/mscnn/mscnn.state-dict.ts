import { batchNormEntries, convEntries } from '../state-dict/entries.js';
import type { StateEntry } from '../state-dict/state-entry.js';
import type { MscnnConfig } from './mscnn.config.js';

/** Official module path of encoder level 1..levels; the last one is the bottleneck. */
export const encoderPath = (level: number, levels: number): string =>
  `${level === levels ? 'bottleneck' : `down${level}`}.down.2`;
/** Official module path of decoder level levels-1..0; the last one (0) is named after the output. */
export const decoderPath = (level: number, levels: number): string =>
  `${level === 0 ? 'out_conv' : `up${levels - level}`}.conv.1`;

/** Official names of MSCNN, BatchNorm buffers included. */
export function mscnnStateDict({ width, levels, bands }: MscnnConfig): StateEntry[] {
  const doubleConv = (path: string, input: number, out: number) => [
    ...convEntries({ path: `${path}.conv.0`, in: input, out, kernel: 3 }),
    ...batchNormEntries({ path: `${path}.conv.1`, channels: out }),
    ...convEntries({ path: `${path}.conv.4`, in: out, out, kernel: 3 }),
    ...batchNormEntries({ path: `${path}.conv.5`, channels: out }),
  ];
  const channels = (level: number) => width * 2 ** level;
  const down = Array.from({ length: levels }, (_, i) => i + 1);
  return [
    ...doubleConv('in_conv', 3, width),
    ...down.flatMap((i) => doubleConv(encoderPath(i, levels), channels(i - 1), channels(i))),
    ...down
      .map((i) => levels - i)
      .flatMap((i) => doubleConv(decoderPath(i, levels), channels(i + 1) / 4 + channels(i), channels(i))),
    ...convEntries({ path: 'out', in: width, out: bands, kernel: 1 }),
  ];
}
