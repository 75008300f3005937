import { elements, hooked, pixels, type CostForm } from '@prismamba/core/layer';

export const cbamCost: CostForm = ({ weightShape, weightShapes, input }) => {
  const [batch, , , channels] = input;
  const net = weightShapes
    .filter((shape) => shape.length === 2)
    .reduce((sum, shape) => sum + elements(shape), 0);
  return {
    costs: [
      hooked('linear', batch! * 2 * net),
      hooked('convolution', pixels(input) * elements(weightShape('spatial.weight'))),
    ],
    pooled: elements(input) + batch! * channels!,
  };
};
