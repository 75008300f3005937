import type { OnnxForm } from '@prismamba/core/layer';

export const channelSliceOnnx: OnnxForm = ({ graph, config, x }) => {
  const [begin, size] = [config['begin'] as number, config['size'] as number];
  return graph.node('Slice', [x, graph.int64(begin), graph.int64(begin + size), graph.int64(1)]);
};
