import { convEntries, tensorEntry } from '../state-dict/entries.js';
import type { StateEntry } from '../state-dict/state-entry.js';
import type { RepcpsiConfig } from './repcpsi.config.js';

/** Official names of RepCPSI; the re-parameterised form has one `fused` convolution in place of four. */
export function repcpsiStateDict({ width, blocks, deploy, bands }: RepcpsiConfig): StateEntry[] {
  const conv = (path: string, input: number, out: number, kernel: number) =>
    convEntries({ path, in: input, out, kernel, bias: true });
  const stage = (path: string) =>
    deploy
      ? conv(`${path}.fused`, width, width, 3)
      : [
          ...conv(`${path}.spe_conv`, width, width, 1),
          ...conv(`${path}.spa_conv`, width, width, 3),
          ...conv(`${path}.spa_spe_conv.spa`, width, width, 3),
          ...conv(`${path}.spa_spe_conv.spe`, width, width, 1),
        ];
  const block = (path: string) => [
    ...stage(`${path}.stage1_conv`),
    tensorEntry(`${path}.relu.weight`, [1], `${path}.relu/alpha`),
    ...stage(`${path}.stage2_conv`),
    tensorEntry(`${path}.att_spe.gate_h.weight`, [1, 1, 7, 1], `${path}.att_spe/gate_h`, {
      layout: 'reshape',
    }),
    tensorEntry(`${path}.att_spe.gate_w.weight`, [1, 1, 1, 7], `${path}.att_spe/gate_w`, {
      layout: 'reshape',
    }),
  ];
  return [
    ...conv('in_conv2D', 3, width, 3),
    ...Array.from({ length: blocks }, (_, i) => block(`seq_spaspe.${i}`)).flat(),
    ...conv('out_conv2D', width, bands, 3),
  ];
}
