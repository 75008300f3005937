import { convEntries, tensorEntry } from '../state-dict/entries.js';
import type { StateEntry } from '../state-dict/state-entry.js';
import type { HrnetConfig } from './hrnet.config.js';

/** Official names of HRNet; the `fc` tensors of the global blocks are in the file and never used. */
export function hrnetStateDict({ width: s, bands }: HrnetConfig): StateEntry[] {
  const conv = (path: string, input: number, out: number, kernel = 3) =>
    convEntries({ path: `${path}.conv2d`, in: input, out, kernel, bias: true });
  const residualDense = (path: string, c: number, growth: number) => [
    ...[0, 1, 2, 3].flatMap((i) => conv(`${path}.conv${i + 1}`, c + i * growth, growth)),
    ...conv(`${path}.conv5`, c + 4 * growth, c),
  ];
  const globalBlock = (path: string, c: number) => [
    ...conv(`${path}.conv1`, c, c),
    ...conv(`${path}.conv2`, c, c),
    ...(
      [
        [0, c / 4, c],
        [2, c / 4, c / 4],
        [4, c, c / 4],
      ] as const
    ).map(([i, out, input]) =>
      tensorEntry(`${path}.fc.${i}.weight`, [out, input], `${path}.fc/fc.${i}`, { kind: 'dead' }),
    ),
  ];
  const [top, mid, bottom] = [8 * s, 4 * s, 2 * s];
  return [
    ...conv('top1', 3 * 64, top),
    ...residualDense('top21', top, top / 2),
    ...globalBlock('top22', top),
    ...conv('top3', top, top, 1),
    ...conv('mid1', 3 * 16, mid),
    ...conv('mid2', mid + top / 4, mid),
    ...residualDense('mid31', mid, mid / 2),
    ...globalBlock('mid32', mid),
    ...conv('mid4', mid, mid),
    ...conv('bot1', 3 * 4, bottom),
    ...conv('bot2', bottom + mid / 4, bottom),
    ...residualDense('bot31', bottom, bottom / 2),
    ...residualDense('bot32', bottom, bottom / 2),
    ...globalBlock('bot33', bottom),
    ...conv('bot4', bottom, bottom),
    ...conv('main1', 3, s),
    ...conv('main2', s + bottom / 4, s),
    ...[1, 2, 3, 4].flatMap((i) => residualDense(`main3${i}`, s, s / 2)),
    ...globalBlock('main35', s),
    ...conv('main4', s, bands),
  ];
}
