import { INPUT_CHANNELS } from '../bands.js';
import { convEntries, linearEntries, tensorEntry, transposedEntries } from '../state-dict/entries.js';
import type { StateEntry } from '../state-dict/state-entry.js';
import { scanHeads, type M3srConfig } from './m3sr.config.js';

/** States of the Mamba-1 block of the spectral branch. */
export const MAMBA_STATES = 16;
/** States of the Mamba-2 scans of the spatial and frequency branches. */
export const SS2D_STATES = 8;

const tensors =
  (layer: string) =>
  (name: string, shape: readonly number[], kind: 'parameter' | 'dead' = 'parameter'): StateEntry =>
    tensorEntry(`${layer}.${name}`, shape, `${layer}/${name}`, { kind });

/** SS2D on Mamba-2, width m; `prefix` is empty or the path inside the layer. */
function ss2dEntries(layer: string, prefix: string, m: number): StateEntry[] {
  const tensor = tensors(layer);
  const inner = 2 * m;
  const heads = scanHeads(m);
  return [
    tensor(`${prefix}x_proj_weight`, [4, heads + 2 * SS2D_STATES, inner]),
    tensor(`${prefix}Ds`, [4, heads, inner / heads]),
    tensor(`${prefix}A_logs`, [4, heads]),
    tensor(`${prefix}dt_projs_bias`, [4, heads]),
    tensor(`${prefix}out_norm.weight`, [inner]),
    tensor(`${prefix}out_norm.bias`, [inner]),
    tensor(`${prefix}in_proj.weight`, [inner, m]),
    tensor(`${prefix}conv2d.1.weight`, [inner, 1, 3, 3]),
    tensor(`${prefix}out_proj.weight`, [m, inner]),
  ];
}

function spectralEntries(block: string, d: number, groups: number): StateEntry[] {
  const tensor = tensors(`${block}.spe_mamba`);
  const inner = 2 * d;
  const rank = Math.ceil(d / 16);
  const wide = groups * d;
  return [
    ...convEntries({ path: `${block}.conv_in`, in: d, out: wide, kernel: 1, bias: true }),
    tensor('mamba.A_log', [inner, MAMBA_STATES]),
    tensor('mamba.D', [inner]),
    tensor('mamba.in_proj.weight', [2 * inner, d]),
    tensor('mamba.conv1d.weight', [inner, 1, 4]),
    tensor('mamba.conv1d.bias', [inner]),
    tensor('mamba.x_proj.weight', [rank + 2 * MAMBA_STATES, inner]),
    tensor('mamba.dt_proj.weight', [inner, rank]),
    tensor('mamba.dt_proj.bias', [inner]),
    tensor('mamba.out_proj.weight', [d, inner]),
    tensor('proj.0.weight', [wide]),
    tensor('proj.0.bias', [wide]),
    ...convEntries({ path: `${block}.conv_out`, in: wide, out: d, kernel: 1, bias: true }),
  ];
}

function frequencyEntries(block: string, d: number): StateEntry[] {
  const tensor = tensors(`${block}.fre_mamba`);
  return [
    tensor('ln.weight', [4 * d]),
    tensor('ln.bias', [4 * d]),
    ...ss2dEntries(`${block}.fre_mamba`, 'att_spa.', 4 * d),
  ];
}

function spatialEntries(block: string, d: number, useMlp: boolean): StateEntry[] {
  const norm = tensors(`${block}.ln`);
  const unused = tensors(`${block}.mlp`);
  return [
    norm('weight', [d]),
    norm('bias', [d]),
    ...ss2dEntries(`${block}.att_spa`, '', d),
    ...(useMlp
      ? [
          ...linearEntries({ path: `${block}.mlp.fc1`, in: d, out: 2 * d, bias: true }),
          ...linearEntries({ path: `${block}.mlp.fc2`, in: 2 * d, out: d, bias: true }),
        ]
      : [
          unused('fc1.weight', [2 * d, d], 'dead'),
          unused('fc1.bias', [2 * d], 'dead'),
          unused('fc2.weight', [d, 2 * d], 'dead'),
          unused('fc2.bias', [d], 'dead'),
        ]),
  ];
}

/** Branches that a configuration keeps, in the order of their fusion weights. */
export function branchNames(config: M3srConfig): ('spatial' | 'spectral' | 'frequency')[] {
  return (['spatial', 'spectral', 'frequency'] as const).filter((name) => config[name]);
}

/** State entries of one SSFM block of width d. */
export function ssfmEntries(block: string, d: number, config: M3srConfig): StateEntry[] {
  return [
    tensorEntry(`${block}.weights`, [branchNames(config).length], `${block}/weights`),
    ...(config.spectral ? spectralEntries(block, d, config.groups) : []),
    ...(config.frequency ? frequencyEntries(block, d) : []),
    ...(config.spatial ? spatialEntries(block, d, config.use_mlp) : []),
  ];
}

function groupEntries(path: string, d: number, blocks: number, config: M3srConfig): StateEntry[] {
  return Array.from({ length: blocks }, (_, j) => ssfmEntries(`${path}.blocks.${j}`, d, config)).flat();
}

/** State entries of M3SR in the official order. */
export function m3srEntries(config: M3srConfig): StateEntry[] {
  const { num_blocks, stages, bands } = config;
  const levels = num_blocks.length - 1;
  const width = (level: number) => bands * 2 ** level;
  const conv = (path: string, input: number, out: number, kernel: number) =>
    convEntries({ path, in: input, out, kernel });
  const stage = (body: string): StateEntry[] => [
    ...conv(`${body}.embedding`, bands, bands, 3),
    ...Array.from({ length: levels }, (_, i) => [
      ...groupEntries(`${body}.encoder_layers.${i}.0`, width(i), num_blocks[i]!, config),
      ...conv(`${body}.encoder_layers.${i}.1`, width(i), width(i + 1), 4),
    ]).flat(),
    ...groupEntries(`${body}.bottleneck`, width(levels), num_blocks[levels]!, config),
    ...Array.from({ length: levels }, (_, i) => {
      const level = levels - 1 - i;
      const path = `${body}.decoder_layers.${i}`;
      return [
        ...transposedEntries({
          path: `${path}.0`,
          in: width(level + 1),
          out: width(level),
          kernel: 2,
          bias: true,
        }),
        ...conv(`${path}.1`, width(level + 1), width(level), 1),
        ...groupEntries(`${path}.2`, width(level), num_blocks[level]!, config),
      ];
    }).flat(),
    ...conv(`${body}.mapping`, bands, bands, 3),
  ];
  return [
    ...conv('conv_in', INPUT_CHANNELS, bands, 3),
    ...Array.from({ length: stages }, (_, i) => stage(`body.${i}`)).flat(),
    ...conv('conv_out', bands, bands, 3),
  ];
}
