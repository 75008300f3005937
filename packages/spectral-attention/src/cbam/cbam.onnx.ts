import { linearNodes, samePads, type OnnxForm } from '@prismamba/core/layer';
import { channelStatistics, pixelStatistics, sharedNet, sumOfBoth } from '../attention-onnx.js';

export const cbamOnnx: OnnxForm = ({ graph, name, config, x }) => {
  const conv = (map: string, weight: string) => linearNodes(graph, map, `${name}/${weight}`);
  const summed = sumOfBoth(graph, sharedNet(graph, pixelStatistics(graph, x), conv));
  const gated = graph.node('Mul', [x, graph.node('Sigmoid', [summed])]);
  const size = config['kernelSize'] as number;
  const pixels = graph.node(
    'Conv',
    [channelStatistics(graph, gated), graph.weight(`${name}/spatial.weight`)],
    { pads: samePads(size, size) },
  );
  return graph.node('Mul', [gated, graph.node('Sigmoid', [pixels])]);
};
