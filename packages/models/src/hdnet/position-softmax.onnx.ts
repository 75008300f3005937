import type { OnnxForm } from '@prismamba/core/layer';
import { positionSoftmax } from '../layers/softmax-pool/softmax-pool.onnx.js';

export const positionSoftmaxOnnx: OnnxForm = ({ graph, x }) =>
  graph.node('Reshape', [positionSoftmax(graph, x), graph.node('Shape', [x])]);
