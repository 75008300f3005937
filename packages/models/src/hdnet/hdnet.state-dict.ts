import { batchNormEntries, convEntries, depthwiseEntries } from '../state-dict/entries.js';
import type { StateEntry } from '../state-dict/state-entry.js';
import type { HdnetConfig } from './hdnet.config.js';

/** Official names of HDNet: 32 + 31 residual blocks around `body.32` (SDL attention) and `body.33` (EFF). */
export function hdnetStateDict({ width: c, before, after, groups, bands }: HdnetConfig): StateEntry[] {
  const conv = (path: string, input: number, out: number) =>
    convEntries({ path, in: input, out, kernel: 3, bias: true });
  const residual = (i: number) => [...conv(`body.${i}.body.0`, c, c), ...conv(`body.${i}.body.2`, c, c)];
  const pointwise = (path: string, input: number, out: number) =>
    convEntries({ path, in: input, out, kernel: 1 });
  const attention = `body.${before}`;
  const subspace = (i: number) => {
    const path = `body.${before + 1}.subspaces.${i}`;
    const channels = c / groups;
    return [
      ...depthwiseEntries({ path: `${path}.conv_dws`, channels, kernel: 1, bias: true }),
      ...batchNormEntries({ path: `${path}.bn_dws`, channels }),
      ...convEntries({ path: `${path}.conv_point`, in: channels, out: 1, kernel: 1, bias: true }),
      ...batchNormEntries({ path: `${path}.bn_point`, channels: 1 }),
    ];
  };
  const range = (count: number, from = 0) => Array.from({ length: count }, (_, i) => from + i);
  return [
    ...conv('head.0', 3, c),
    ...range(before).flatMap(residual),
    ...pointwise(`${attention}.conv_q_right`, c, 1),
    ...pointwise(`${attention}.conv_v_right`, c, c / 2),
    ...pointwise(`${attention}.conv_up`, c / 2, c),
    ...pointwise(`${attention}.conv_q_left`, c, c / 2),
    ...pointwise(`${attention}.conv_v_left`, c, c / 2),
    ...range(groups).flatMap(subspace),
    ...range(after, before + 2).flatMap(residual),
    ...conv(`body.${before + 2 + after}`, c, c),
    ...conv('tail.0', c, bands),
  ];
}
