import type { OnnxForm, OnnxNodes } from '@prismamba/core/layer';
import { channelStatistics, pixelStatistics } from '../attention-onnx.js';
import { SPECTRAL_GRADIENT_EPSILON } from './gradient-statistics.operator.js';

/** The elements [begin, end) along an axis; negative numbers count from the end. */
const cut = (graph: OnnxNodes, x: string, axis: number, begin: number, end: number) =>
  graph.node('Slice', [x, graph.int64(begin), graph.int64(end), graph.int64(axis)]);

/** Forward difference along an axis, one element shorter. */
const difference = (graph: OnnxNodes, x: string, axis: number) =>
  graph.node('Sub', [cut(graph, x, axis, 1, 2 ** 31 - 1), cut(graph, x, axis, 0, -1)]);

/** (x - min x) / (max x - min x + epsilon) over the whole tensor, batch included; 0 where that divides 0 by 0. */
function normalise(graph: OnnxNodes, x: string, epsilon = 0): string {
  const least = graph.node('ReduceMin', [x], { keepdims: 0 });
  const range = graph.node('Sub', [graph.node('ReduceMax', [x], { keepdims: 0 }), least]);
  const constant = () => graph.node('Equal', [range, graph.float(0)]);
  const divisor =
    epsilon === 0
      ? graph.node('Where', [constant(), graph.float(1), range])
      : graph.node('Add', [range, graph.float(epsilon)]);
  return graph.node('Div', [graph.node('Sub', [x, least]), divisor]);
}

/** Output 0: maps [B, 2, H, W]; output 1: pooled spectral gradients [B, C, 2, 1]. */
export const gradientStatisticsOnnx: OnnxForm = ({ graph, x, output }) => {
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
  const pooled = pixelStatistics(graph, normalise(graph, difference(graph, x, 1), SPECTRAL_GRADIENT_EPSILON));
  // the last channel is a copy of the one before it
  return graph.node('Concat', [pooled, cut(graph, pooled, 1, -1, 2 ** 31 - 1)], { axis: 1 });
};
