import type { OnnxForm } from '@prismamba/core/layer';
import { sharedNet, sumOfBoth } from '../attention-onnx.js';

export const spectralAttentionGateOnnx: OnnxForm = ({ graph, name, config, x }) => {
  const sigmoid = (map: string) => graph.node('Sigmoid', [map]);
  if (config['variant'] === 'paper') return sigmoid(sumOfBoth(graph, x));
  const conv = (map: string, weight: string) => graph.node('Conv', [map, graph.weight(`${name}/${weight}`)]);
  return sigmoid(sumOfBoth(graph, sigmoid(sharedNet(graph, x, conv))));
};
