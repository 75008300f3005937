import { SPECTRAL_GRADIENT_EPSILON } from '@prismamba/spectral-attention/internal';
import { layerNorm, spectralAttention } from './fused-blocks.js';
import type { GraphBuilder } from './graph-builder.js';
import type { LayerConverter } from './layer-converter.js';
import { gelu, linear, same } from './operators.js';

/** The elements [begin, end) along an axis; negative numbers count from the end. */
const cut = (graph: GraphBuilder, x: string, axis: number, begin: number, end: number) =>
  graph.node('Slice', [x, graph.int64(begin), graph.int64(end), graph.int64(axis)]);

/** Forward difference along an axis, one element shorter. */
const difference = (graph: GraphBuilder, x: string, axis: number) =>
  graph.node('Sub', [cut(graph, x, axis, 1, 2 ** 31 - 1), cut(graph, x, axis, 0, -1)]);

/** (x - min x) / (max x - min x + epsilon) over the whole tensor, batch included; 0 where that divides 0 by 0. */
function normalise(graph: GraphBuilder, x: string, epsilon = 0): string {
  const least = graph.node('ReduceMin', [x], { keepdims: 0 });
  const range = graph.node('Sub', [graph.node('ReduceMax', [x], { keepdims: 0 }), least]);
  const constant = () => graph.node('Equal', [range, graph.float(0)]);
  const divisor =
    epsilon === 0
      ? graph.node('Where', [constant(), graph.float(1), range])
      : graph.node('Add', [range, graph.float(epsilon)]);
  return graph.node('Div', [graph.node('Sub', [x, least]), divisor]);
}

/** Mean and maximum over channels, [B, 2, H, W]. */
function channelStatistics(graph: GraphBuilder, x: string): string {
  const over = (opType: 'ReduceMean' | 'ReduceMax') => graph.node(opType, [x], { axes: [1], keepdims: 1 });
  return graph.node('Concat', [over('ReduceMean'), over('ReduceMax')], { axis: 1 });
}

/** Mean and maximum over pixels, side by side as one map [B, C, 2, 1]: our [B, 2, C]. */
const pixelStatistics = (graph: GraphBuilder, x: string) =>
  graph.node('Concat', [graph.node('GlobalAveragePool', [x]), graph.node('GlobalMaxPool', [x])], { axis: 2 });

const sigmoid = (graph: GraphBuilder, x: string) => graph.node('Sigmoid', [x]);
const sumOfBoth = (graph: GraphBuilder, statistics: string) =>
  graph.node('ReduceSum', [statistics, graph.int64(2)], { keepdims: 1 }); // [B, C, 1, 1]

/** conv(relu(conv(x))), 1x1 and without bias. */
const net = (graph: GraphBuilder, x: string, conv: (x: string, weight: string) => string) =>
  conv(graph.node('Relu', [conv(x, 'fc.0.weight')]), 'fc.2.weight');

/** Blocks of GMSR-Net without a scan: gradient attentions, its fusion, and the mixers of Table II. */
export const gradientAttentionLayers: Readonly<Record<string, LayerConverter>> = {
  /** Output 0: maps [B, 2, H, W]; output 1: pooled spectral gradients [B, C, 2, 1]. */
  GradientStatistics: ({ graph, x, output }) => {
    if (output === 0) {
      // one missing row or column at the far edge: reflected
      const reflected = (axis: 2 | 3) =>
        graph.node(
          'Pad',
          [difference(graph, x, axis), graph.int64(0, 0, 0, 0, 0, 0, axis === 2 ? 1 : 0, axis === 3 ? 1 : 0)],
          { mode: 'reflect' },
        );
      const t = graph.node('Concat', [reflected(3), reflected(2)], { axis: 1 }); // [B, 2C, H, W]
      return channelStatistics(graph, normalise(graph, t));
    }
    const pooled = pixelStatistics(
      graph,
      normalise(graph, difference(graph, x, 1), SPECTRAL_GRADIENT_EPSILON),
    );
    // the last channel is a copy of the one before it
    return graph.node('Concat', [pooled, cut(graph, pooled, 1, -1, 2 ** 31 - 1)], { axis: 1 });
  },
  SpatialAttentionMap: ({ graph, name, config, x }) => {
    const weight = graph.weight(`${name}/conv1.weight`);
    // the paper's order is [max, mean]
    const ordered =
      config['variant'] === 'paper' ? graph.node('Gather', [weight, graph.int64(1, 0)], { axis: 1 }) : weight;
    const size = config['kernelSize'] as number;
    return sigmoid(graph, graph.node('Conv', [x, ordered], { pads: same(size, size) }));
  },
  SpectralAttentionGate: ({ graph, name, config, x }) => {
    if (config['variant'] === 'paper') return sigmoid(graph, sumOfBoth(graph, x));
    const conv = (map: string, weight: string) =>
      graph.node('Conv', [map, graph.weight(`${name}/${weight}`)]);
    return sigmoid(graph, sumOfBoth(graph, sigmoid(graph, net(graph, x, conv))));
  },
  /** x + GELU(conv1x1 of all branches); a branch of kind `scale` stands for x times it. */
  PointwiseGeluResidual: ({ graph, name, config, inputs }) => {
    const [x, ...branches] = inputs as [string, ...string[]];
    const kinds = config['branches'] as readonly ('map' | 'scale')[] | undefined;
    const maps = branches.map((branch, k) =>
      kinds?.[k] === 'scale' ? graph.node('Mul', [x, branch]) : branch,
    );
    const joined = maps.length === 1 ? maps[0]! : graph.node('Concat', maps, { axis: 1 });
    const mixed = graph.node('Conv', [
      joined,
      graph.weight(`${name}/0.weight`),
      graph.weight(`${name}/0.bias`),
    ]);
    return graph.node('Add', [x, gelu(graph, mixed)]);
  },
  PrismambaLayerNorm: ({ graph, name, config, x }) =>
    layerNorm(graph, x, `${name}/weight`, `${name}/bias`, config['epsilon'] as number),
  SpectralMsa: ({ graph, name, x }) => spectralAttention(graph, `${name}/`, x),
  Cbam: ({ graph, name, config, x }) => {
    const conv = (map: string, weight: string) => linear(graph, map, `${name}/${weight}`);
    const channels = sigmoid(graph, sumOfBoth(graph, net(graph, pixelStatistics(graph, x), conv)));
    const gated = graph.node('Mul', [x, channels]);
    const size = config['kernelSize'] as number;
    const pixels = graph.node(
      'Conv',
      [channelStatistics(graph, gated), graph.weight(`${name}/spatial.weight`)],
      { pads: same(size, size) },
    );
    return graph.node('Mul', [gated, sigmoid(graph, pixels)]);
  },
};
