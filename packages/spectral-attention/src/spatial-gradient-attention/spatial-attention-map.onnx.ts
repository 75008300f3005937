import { samePads, type OnnxForm } from '@prismamba/core/layer';

export const spatialAttentionMapOnnx: OnnxForm = ({ graph, name, config, x }) => {
  const weight = graph.weight(`${name}/conv1.weight`);
  // the paper's order is [max, mean]
  const ordered =
    config['variant'] === 'paper' ? graph.node('Gather', [weight, graph.int64(1, 0)], { axis: 1 }) : weight;
  const size = config['kernelSize'] as number;
  return graph.node('Sigmoid', [graph.node('Conv', [x, ordered], { pads: samePads(size, size) })]);
};
