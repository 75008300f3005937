import type { OnnxForm } from '@prismamba/core/layer';

export const scaleOnnx: OnnxForm = ({ graph, config, x }) =>
  graph.node('Mul', [x, graph.float(config['factor'] as number)]);
