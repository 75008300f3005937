import { convEntries } from '../state-dict/entries.js';
import type { StateEntry } from '../state-dict/state-entry.js';
import type { HsrnetConfig } from './hsrnet.config.js';

/** Official names of HSRNet: three input branches, then per unit `conv<t>`, `e<t>`, `HSI<t>`, `en<t>`. */
export function hsrnetStateDict({ units }: HsrnetConfig): StateEntry[] {
  const conv = (path: string, input: number, out: number, kernel: number) =>
    convEntries({ path, in: input, out, kernel, bias: true });
  const gate = (path: string) => [
    ...convEntries({ path: `${path}.fc1`, in: 31, out: 31, kernel: 1 }),
    ...convEntries({ path: `${path}.fc2`, in: 31, out: 31, kernel: 1 }),
  ];
  return [
    ...conv('conv_B.1', 5, 6, 3),
    ...conv('conv_G.1', 5, 10, 3),
    ...conv('conv_R.1', 5, 15, 3),
    ...conv('convinputb.1', 6, 6, 1),
    ...conv('convinputg.1', 10, 10, 1),
    ...conv('convinputr.1', 15, 15, 1),
    ...Array.from({ length: units }, (_, i) => i + 1).flatMap((t) => [
      ...conv(`conv${t}.1`, 31, 31, 3),
      ...gate(`e${t}`),
      ...conv(`HSI${t}.conv1.1`, 31, 128, 3),
      ...conv(`HSI${t}.conv2`, 128, 31, 3),
      ...conv(`HSI${t}.conv3.1`, 31, 31, 1),
      ...gate(`en${t}`),
    ]),
  ];
}
