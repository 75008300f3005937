import { elements, hooked, type CostedLayer, type CostForm, type LayerCost } from '@prismamba/core/layer';

/** The shared net on one pooled vector: a profiler's hooks keep the last of the two calls. */
export function gateCosts({ weightShapes }: CostedLayer, batch: number, channels: number): LayerCost[] {
  const hasNet = weightShapes.length > 0;
  return hasNet ? [hooked('convolution', batch * 2 * channels * channels)] : [];
}

export const spectralAttentionGateCost: CostForm = (layer) => {
  const [batch, , channels] = layer.input as [number, number, number];
  const [features] = layer.sources;
  return { costs: gateCosts(layer, batch, channels), pooled: elements(features!) + batch * channels };
};
