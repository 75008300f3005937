import type { OnnxNodes } from '@prismamba/core/layer';

/** Mean and maximum over channels, [B, 2, H, W]. */
export function channelStatistics(graph: OnnxNodes, x: string): string {
  const over = (opType: 'ReduceMean' | 'ReduceMax') => graph.node(opType, [x], { axes: [1], keepdims: 1 });
  return graph.node('Concat', [over('ReduceMean'), over('ReduceMax')], { axis: 1 });
}

/** Mean and maximum over pixels, side by side as one map [B, C, 2, 1]: our [B, 2, C]. */
export const pixelStatistics = (graph: OnnxNodes, x: string): string =>
  graph.node('Concat', [graph.node('GlobalAveragePool', [x]), graph.node('GlobalMaxPool', [x])], { axis: 2 });

/** The sum of both statistics, [B, C, 1, 1]. */
export const sumOfBoth = (graph: OnnxNodes, statistics: string): string =>
  graph.node('ReduceSum', [statistics, graph.int64(2)], { keepdims: 1 });

/** conv(relu(conv(x))), 1x1 and without bias: the net that both statistics pass. */
export const sharedNet = (graph: OnnxNodes, x: string, conv: (x: string, weight: string) => string): string =>
  conv(graph.node('Relu', [conv(x, 'fc.0.weight')]), 'fc.2.weight');
