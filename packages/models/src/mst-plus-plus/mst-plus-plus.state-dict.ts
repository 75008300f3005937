import { convEntries, tensorEntry, transposedEntries } from '../state-dict/entries.js';
import type { StateEntry, StateLayout } from '../state-dict/state-entry.js';
import type { MstPlusPlusConfig } from './mst-plus-plus.config.js';

/** Names of ours do not begin with a digit (see `WeightTableLayer`). */
const MODULES = { '0': 'attention', '1': 'feed_forward' } as const;

/** One block, our layer `MsabBlock`: `.0` the attention, `.1` layer norm and feed-forward net. */
function blockEntries(path: string, channels: number, heads: number): StateEntry[] {
  const inBlock = (k: keyof typeof MODULES, name: string, shape: number[], layout?: StateLayout) =>
    tensorEntry(`${path}.${k}.${name}`, shape, `${path}/${MODULES[k]}.${name}`, layout && { layout });
  const hidden = 4 * channels;
  return [
    inBlock('0', 'rescale', [heads, 1, 1]),
    ...['to_q', 'to_k', 'to_v', 'proj'].map((name) =>
      inBlock('0', `${name}.weight`, [channels, channels], 'linear'),
    ),
    inBlock('0', 'proj.bias', [channels]),
    inBlock('0', 'pos_emb.0.weight', [channels, 1, 3, 3], 'depthwise'),
    inBlock('0', 'pos_emb.2.weight', [channels, 1, 3, 3], 'depthwise'),
    inBlock('1', 'fn.net.0.weight', [hidden, channels, 1, 1], 'conv2d'),
    inBlock('1', 'fn.net.2.weight', [hidden, 1, 3, 3], 'depthwise'),
    inBlock('1', 'fn.net.4.weight', [channels, hidden, 1, 1], 'conv2d'),
    inBlock('1', 'norm.weight', [channels]),
    inBlock('1', 'norm.bias', [channels]),
  ];
}

function msabEntries(path: string, channels: number, heads: number, blocks: number): StateEntry[] {
  return Array.from({ length: blocks }, (_, i) =>
    blockEntries(`${path}.blocks.${i}`, channels, heads),
  ).flat();
}

/** One MST module: embedding, encoder levels, bottleneck, decoder levels, mapping. */
function mstEntries(path: string, { blocks, bands: width }: MstPlusPlusConfig): StateEntry[] {
  const levels = blocks.length - 1;
  const channelsAt = (level: number) => width * 2 ** level;
  const encoder = Array.from({ length: levels }, (_, level) => [
    ...msabEntries(`${path}.encoder_layers.${level}.0`, channelsAt(level), 2 ** level, blocks[level]!),
    ...convEntries({
      path: `${path}.encoder_layers.${level}.1`,
      in: channelsAt(level),
      out: channelsAt(level + 1),
      kernel: 4,
    }),
  ]);
  const decoder = Array.from({ length: levels }, (_, i) => {
    const level = levels - 1 - i;
    const decoderPath = `${path}.decoder_layers.${i}`;
    const [wide, narrow] = [channelsAt(level + 1), channelsAt(level)];
    return [
      ...transposedEntries({ path: `${decoderPath}.0`, in: wide, out: narrow, kernel: 2, bias: true }),
      ...convEntries({ path: `${decoderPath}.1`, in: wide, out: narrow, kernel: 1 }),
      ...msabEntries(`${decoderPath}.2`, narrow, 2 ** level, blocks[level]!),
    ];
  });
  return [
    ...convEntries({ path: `${path}.embedding`, in: width, out: width, kernel: 3 }),
    ...encoder.flat(),
    ...msabEntries(`${path}.bottleneck`, channelsAt(levels), 2 ** levels, blocks[levels]!),
    ...decoder.flat(),
    ...convEntries({ path: `${path}.mapping`, in: width, out: width, kernel: 3 }),
  ];
}

/** Official names of MST++: `conv_in`, `body.<stage>`, `conv_out`. */
export function mstPlusPlusStateDict(config: MstPlusPlusConfig): StateEntry[] {
  const { bands: width } = config;
  return [
    ...convEntries({ path: 'conv_in', in: 3, out: width, kernel: 3 }),
    ...Array.from({ length: config.stages }, (_, i) => mstEntries(`body.${i}`, config)).flat(),
    ...convEntries({ path: 'conv_out', in: width, out: width, kernel: 3 }),
  ];
}
