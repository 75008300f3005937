import { onnx, type OnnxForm } from '@prismamba/core/layer';

export const layerNormOnnx: OnnxForm = ({ graph, name, config, x }) =>
  onnx.layerNorm(graph, x, `${name}/weight`, `${name}/bias`, config['epsilon'] as number);
