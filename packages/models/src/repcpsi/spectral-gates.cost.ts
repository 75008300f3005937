import { hooked, type CostForm } from '@prismamba/core/layer';

export const spectralGatesCost: CostForm = ({ weightShape, input }) => {
  const [batch, height, width, channels] = input as [number, number, number, number];
  const kernel = weightShape('gate_h')[1]!;
  return { costs: [hooked('convolution', batch * kernel * channels * (height + width))] };
};
