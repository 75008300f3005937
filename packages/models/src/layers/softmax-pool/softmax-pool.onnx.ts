import { flattenPositions, type OnnxForm, type OnnxNodes } from '@prismamba/core/layer';

/** Softmax over positions of a one-channel map, [B, 1, HW]. */
export const positionSoftmax = (graph: OnnxNodes, x: string): string =>
  graph.node('Softmax', [flattenPositions(graph, x)], { axis: 2 });

export const softmaxPoolOnnx: OnnxForm = ({ graph, inputs }) => {
  const [x, logits] = inputs as [string, string];
  const mask = graph.node('Transpose', [positionSoftmax(graph, logits)], { perm: [0, 2, 1] }); // [B, n, 1]
  const pooled = graph.node('MatMul', [flattenPositions(graph, x), mask]); // [B, C, 1]
  return graph.node('Unsqueeze', [pooled, graph.int64(3)]);
};
