import type { OnnxForm } from '@prismamba/core/layer';
import { gradientStatisticsOnnx } from '../gradient-statistics/gradient-statistics.onnx.js';
import { spectralAttentionGateOnnx } from './spectral-attention-gate.onnx.js';

/** The features times the gate of their spectral gradients. */
export const spectralGradientAttentionOnnx: OnnxForm = (application) => {
  const { graph, x } = application;
  const pooled = gradientStatisticsOnnx({ ...application, output: 1 });
  return graph.node('Mul', [x, spectralAttentionGateOnnx({ ...application, x: pooled, inputs: [pooled] })]);
};
