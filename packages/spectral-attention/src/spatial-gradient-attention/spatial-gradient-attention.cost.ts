import { elements, hooked, pixels, type CostForm } from '@prismamba/core/layer';

export const spatialGradientAttentionCost: CostForm = ({ weightShape, input }) => ({
  costs: [hooked('convolution', pixels(input) * elements(weightShape('conv1.weight')))],
});
