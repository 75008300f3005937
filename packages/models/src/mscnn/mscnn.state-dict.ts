import { batchNormEntries, convEntries } from '../state-dict/entries.js';
import type { StateEntry } from '../state-dict/state-entry.js';
import { encoderPath, decoderPath, type MscnnConfig } from './mscnn.js';

/** Official names of MSCNN, BatchNorm buffers included. */
export function mscnnStateDict({ width, levels }: MscnnConfig): StateEntry[] {
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
    ...convEntries({ path: 'out', in: width, out: 31, kernel: 1 }),
  ];
}
