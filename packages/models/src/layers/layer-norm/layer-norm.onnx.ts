import { layerNormNodes, type OnnxForm } from '@prismamba/core/layer';

export const layerNormOnnx: OnnxForm = ({ graph, name, config, x }) =>
  layerNormNodes(graph, x, `${name}/weight`, `${name}/bias`, config['epsilon'] as number);
