import type { OnnxForm } from '@prismamba/core/layer';

export const channelDotOnnx: OnnxForm = ({ graph, inputs }) =>
  graph.node('ReduceSum', [graph.node('Mul', inputs), graph.int64(1)], { keepdims: 1 });
