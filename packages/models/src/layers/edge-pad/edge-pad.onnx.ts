import type { OnnxForm } from '@prismamba/core/layer';

export const edgePadOnnx: OnnxForm = ({ graph, config, x }) => {
  const p = config['padding'] as number;
  const mode = config['mode'] === 'reflect' ? 'reflect' : 'edge';
  return graph.node('Pad', [x, graph.int64(0, 0, p, p, 0, 0, p, p)], { mode });
};
