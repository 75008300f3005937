import { INPUT_CHANNELS } from '../bands.js';
import { convEntries, tensorEntry } from '../state-dict/entries.js';
import type { StateEntry } from '../state-dict/state-entry.js';
import { branchCount, type GmsrNetConfig } from './gmsr-net.config.js';

/** Reduction of CBAM's channel net. */
export const CBAM_REDUCTION = 16;

/** ceil(d / 16): rank of the step-size projection. */
export const dtRank = (channels: number): number => Math.ceil(channels / 16);

/** Tensors of one VSS block of width d with K directions; the layer keeps official names and layouts. */
function vssEntries(
  path: string,
  d: number,
  { d_state: dState, directions: K }: GmsrNetConfig,
): StateEntry[] {
  const inner = 2 * d;
  const rank = dtRank(d);
  const tensor = (name: string, shape: readonly number[], kind: 'parameter' | 'dead' = 'parameter') =>
    tensorEntry(`${path}.${name}`, shape, `${path}/${name}`, { kind });
  return [
    tensor('skip_scale', [d], 'dead'),
    tensor('skip_scale2', [d], 'dead'),
    tensor('ln_1.weight', [d]),
    tensor('ln_1.bias', [d]),
    tensor('self_attention.x_proj_weight', [K, rank + 2 * dState, inner]),
    tensor('self_attention.dt_projs_weight', [K, inner, rank]),
    tensor('self_attention.dt_projs_bias', [K, inner]),
    tensor('self_attention.A_logs', [K * inner, dState]),
    tensor('self_attention.Ds', [K * inner]),
    tensor('self_attention.in_proj.weight', [2 * inner, d]),
    tensor('self_attention.conv2d.weight', [inner, 1, 3, 3]),
    tensor('self_attention.conv2d.bias', [inner]),
    tensor('self_attention.out_norm.weight', [inner]),
    tensor('self_attention.out_norm.bias', [inner]),
    tensor('self_attention.out_proj.weight', [d, inner]),
  ];
}

/** Layer norm and spectral-wise self-attention with one head: our reading of Table II's Transformer. */
function transformerEntries(path: string, d: number): StateEntry[] {
  const layer = `${path}.attn`;
  const linear = (name: string) =>
    tensorEntry(`${layer}.${name}`, [d, d], `${layer}/${name}`, { layout: 'linear' });
  const depthwise = (name: string) =>
    tensorEntry(`${layer}.${name}`, [d, 1, 3, 3], `${layer}/${name}`, { layout: 'depthwise' });
  return [
    tensorEntry(`${path}.ln_1.weight`, [d], `${path}.ln_1/weight`),
    tensorEntry(`${path}.ln_1.bias`, [d], `${path}.ln_1/bias`),
    tensorEntry(`${layer}.rescale`, [1, 1, 1], `${layer}/rescale`),
    ...['to_q.weight', 'to_k.weight', 'to_v.weight', 'proj.weight'].map(linear),
    tensorEntry(`${layer}.proj.bias`, [d], `${layer}/proj.bias`),
    ...['pos_emb.0.weight', 'pos_emb.2.weight'].map(depthwise),
  ];
}

/** CBAM of width d: reduction 16 of the channel net as in its paper, but at least one hidden unit. */
function cbamEntries(path: string, d: number): StateEntry[] {
  const hidden = Math.max(1, Math.floor(d / CBAM_REDUCTION));
  return [
    tensorEntry(`${path}.fc.0.weight`, [hidden, d], `${path}/fc.0.weight`, { layout: 'linear' }),
    tensorEntry(`${path}.fc.2.weight`, [d, hidden], `${path}/fc.2.weight`, { layout: 'linear' }),
    tensorEntry(`${path}.spatial.weight`, [1, 2, 7, 7], `${path}/spatial.weight`, { layout: 'conv2d' }),
  ];
}

/**
 * State entries of GMSR-Net, in the official order for the official network. The tensors of variants that were
 * never published (Table II) have names of our own and come where their block's mixer would.
 */
export function gmsrNetEntries(config: GmsrNetConfig): StateEntry[] {
  const { widths, mixer } = config;
  const stages = widths.map((width, i) => ({
    width,
    s: i + 1,
    previous: i === 0 ? INPUT_CHANNELS : widths[i - 1]!,
  }));
  const branches = branchCount(config);
  const own = (path: string, shape: readonly number[]) => tensorEntry(path, shape, path.replace('.', '/'));
  return [
    ...stages.flatMap(({ width, s, previous }) =>
      convEntries({ path: `output${s}`, in: previous, out: width, kernel: 1 }),
    ),
    ...stages.flatMap(({ width, s }) => {
      if (mixer === 'mamba') return vssEntries(`VSS${s}`, width, config);
      if (mixer === 'cnn') {
        return ['0', '2'].flatMap((i) =>
          convEntries({ path: `cnn${s}.${i}`, in: width, out: width, kernel: 3, bias: true }),
        );
      }
      return mixer === 'transformer' ? transformerEntries(`transformer${s}`, width) : [];
    }),
    ...stages.flatMap(({ width, s }) => (config.cbam ? cbamEntries(`cbam${s}`, width) : [])),
    ...stages.flatMap(({ width, s }) =>
      config.spectral_attention && config.attention === 'official'
        ? ['fc.0.weight', 'fc.2.weight'].map((name) =>
            own(`spectral_attention${s}.${name}`, [width, width, 1, 1]),
          )
        : [],
    ),
    ...(config.spatial_attention ? [own('spatial_attention.conv1.weight', [1, 2, 7, 7])] : []),
    ...stages.flatMap(({ width, s }) => [
      tensorEntry(`conv${s}.0.weight`, [width, branches * width, 1, 1], `conv${s}/weight`),
      tensorEntry(`conv${s}.0.bias`, [width], `conv${s}/bias`),
    ]),
  ];
}
