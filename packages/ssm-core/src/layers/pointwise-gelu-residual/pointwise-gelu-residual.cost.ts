import { hooked, pixels, type CostForm } from '@prismamba/core/layer';

export const pointwiseGeluResidualCost: CostForm = ({ config, inputs, output }) => {
  // A branch given as a factor of the first input has that input's channels.
  const { branches } = config as { branches?: readonly string[] };
  const channels = inputs
    .slice(1)
    .reduce((sum, branch, k) => sum + (branches?.[k] === 'scale' ? output[3]! : branch[3]!), 0);
  return { costs: [hooked('convolution', pixels(output) * channels * output[3]!)] };
};
