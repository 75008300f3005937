import type { OnnxForm } from '@prismamba/core/layer';

export const cropLikeOnnx: OnnxForm = ({ graph, inputs }) => {
  const [x, like] = inputs as [string, string];
  return graph.node('Slice', [x, graph.int64(0, 0), graph.sizes(like, 2, 4), graph.int64(2, 3)]);
};
