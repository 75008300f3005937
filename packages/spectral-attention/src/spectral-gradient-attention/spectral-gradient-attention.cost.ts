import { elements, type CostForm } from '@prismamba/core/layer';
import { gateCosts } from './spectral-attention-gate.cost.js';

export const spectralGradientAttentionCost: CostForm = (layer) => {
  const [batch, , , channels] = layer.input as [number, number, number, number];
  return { costs: gateCosts(layer, batch, channels), pooled: elements(layer.input) + batch * channels };
};
