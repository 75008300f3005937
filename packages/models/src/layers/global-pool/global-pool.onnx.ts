import type { OnnxForm } from '@prismamba/core/layer';

export const globalPoolOnnx: OnnxForm = ({ graph, config, x }) =>
  graph.node(config['mode'] === 'average' ? 'GlobalAveragePool' : 'GlobalMaxPool', [x]);
