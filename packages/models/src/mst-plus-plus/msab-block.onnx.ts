import { depthwiseNodes, geluNodes, layerNormNodes, type OnnxForm } from '@prismamba/core/layer';
import { spectralMsaNodes } from '@prismamba/spectral-attention/internal';

/** x = MSA(x) + x, then x = FFN(LN(x)) + x. */
export const msabBlockOnnx: OnnxForm = ({ graph, name, x }) => {
  const conv = (map: string, weight: string) => graph.node('Conv', [map, graph.weight(`${name}/${weight}`)]);
  const attended = graph.node('Add', [spectralMsaNodes(graph, `${name}/attention.`, x), x]);
  const normal = layerNormNodes(
    graph,
    attended,
    `${name}/feed_forward.norm.weight`,
    `${name}/feed_forward.norm.bias`,
  );
  const wide = geluNodes(graph, conv(normal, 'feed_forward.fn.net.0.weight'));
  const mixed = geluNodes(graph, depthwiseNodes(graph, wide, `${name}/feed_forward.fn.net.2.weight`));
  return graph.node('Add', [conv(mixed, 'feed_forward.fn.net.4.weight'), attended]);
};
