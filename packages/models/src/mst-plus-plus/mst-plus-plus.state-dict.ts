import {
  convEntries,
  depthwiseEntries,
  normEntries,
  tensorEntry,
  transposedEntries,
} from '../state-dict/entries.js';
import type { StateEntry } from '../state-dict/state-entry.js';
import { width, type MstPlusPlusConfig } from './mst-plus-plus.config.js';

/** One block: `.0` the attention (layer `SpectralMsa`), `.1` layer norm and feed-forward net. */
function blockEntries(path: string, channels: number, heads: number): StateEntry[] {
  const msa = `${path}.0`;
  const linear = (name: string) =>
    tensorEntry(`${msa}.${name}.weight`, [channels, channels], `${msa}/${name}.weight`, { layout: 'linear' });
  const position = (index: number) =>
    tensorEntry(`${msa}.pos_emb.${index}.weight`, [channels, 1, 3, 3], `${msa}/pos_emb.${index}.weight`, {
      layout: 'depthwise',
    });
  const net = `${path}.1.fn.net`;
  const hidden = 4 * channels;
  return [
    tensorEntry(`${msa}.rescale`, [heads, 1, 1], `${msa}/rescale`),
    ...['to_q', 'to_k', 'to_v', 'proj'].map(linear),
    tensorEntry(`${msa}.proj.bias`, [channels], `${msa}/proj.bias`),
    position(0),
    position(2),
    ...convEntries({ path: `${net}.0`, in: channels, out: hidden, kernel: 1 }),
    ...depthwiseEntries({ path: `${net}.2`, channels: hidden, kernel: 3 }),
    ...convEntries({ path: `${net}.4`, in: hidden, out: channels, kernel: 1 }),
    ...normEntries({ path: `${path}.1.norm`, channels }),
  ];
}

function msabEntries(path: string, channels: number, heads: number, blocks: number): StateEntry[] {
  return Array.from({ length: blocks }, (_, i) =>
    blockEntries(`${path}.blocks.${i}`, channels, heads),
  ).flat();
}

/** One MST module: embedding, encoder levels, bottleneck, decoder levels, mapping. */
function mstEntries(path: string, { blocks }: MstPlusPlusConfig): StateEntry[] {
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
  return [
    ...convEntries({ path: 'conv_in', in: 3, out: width, kernel: 3 }),
    ...Array.from({ length: config.stages }, (_, i) => mstEntries(`body.${i}`, config)).flat(),
    ...convEntries({ path: 'conv_out', in: width, out: width, kernel: 3 }),
  ];
}
