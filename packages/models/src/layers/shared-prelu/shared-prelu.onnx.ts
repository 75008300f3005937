import type { OnnxForm } from '@prismamba/core/layer';

export const sharedPreluOnnx: OnnxForm = ({ graph, name, x }) =>
  graph.node('PRelu', [x, graph.weight(`${name}/alpha`)]);
