import { layerNormNodes, type OnnxForm } from '@prismamba/core/layer';
import { ss2dNodes } from '../ss2d/ss2d.onnx.js';

/** As in prediction: drop path is the identity. */
export const vssBlockOnnx: OnnxForm = ({ graph, name, x }) => {
  const normal = layerNormNodes(graph, x, `${name}/ln_1.weight`, `${name}/ln_1.bias`);
  return ss2dNodes(graph, `${name}/self_attention.`, normal);
};
