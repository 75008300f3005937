import { elements, hooked, pixels, type CostForm } from '@prismamba/core/layer';

export const spatialAttentionMapCost: CostForm = ({ weightShape, output }) => ({
  costs: [hooked('convolution', pixels(output) * elements(weightShape('conv1.weight')))],
});
