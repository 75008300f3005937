import type { OnnxForm } from '@prismamba/core/layer';
import { gradientStatisticsOnnx } from '../gradient-statistics/gradient-statistics.onnx.js';
import { spatialAttentionMapOnnx } from './spatial-attention-map.onnx.js';

/** The features times the attention map of their gradients. */
export const spatialGradientAttentionOnnx: OnnxForm = (application) => {
  const { graph, x } = application;
  const maps = gradientStatisticsOnnx({ ...application, output: 0 });
  return graph.node('Mul', [x, spatialAttentionMapOnnx({ ...application, x: maps, inputs: [maps] })]);
};
