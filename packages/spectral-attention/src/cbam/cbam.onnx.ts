import { onnx, type OnnxForm } from '@prismamba/core/layer';
import { channelStatistics, pixelStatistics, sharedNet, sumOfBoth } from '../attention-onnx.js';

export const cbamOnnx: OnnxForm = ({ graph, name, config, x }) => {
  const conv = (map: string, weight: string) => onnx.linear(graph, map, `${name}/${weight}`);
  const summed = sumOfBoth(graph, sharedNet(graph, pixelStatistics(graph, x), conv));
  const gated = graph.node('Mul', [x, graph.node('Sigmoid', [summed])]);
  const size = config['kernelSize'] as number;
  const pixels = graph.node(
    'Conv',
    [channelStatistics(graph, gated), graph.weight(`${name}/spatial.weight`)],
    { pads: onnx.same(size, size) },
  );
  return graph.node('Mul', [gated, graph.node('Sigmoid', [pixels])]);
};
