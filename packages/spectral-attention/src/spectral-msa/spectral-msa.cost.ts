import { hooked, pixels, unseen, type CostForm } from '@prismamba/core/layer';

export const spectralMsaCost: CostForm = ({ weightShape, input }) => {
  const channels = input[3]!;
  const heads = weightShape('rescale')[0]!;
  const count = pixels(input);
  return {
    costs: [
      hooked('linear', count * 4 * channels * channels),
      unseen('matmul', (count * 2 * channels * channels) / heads),
      hooked('convolution', count * 18 * channels),
    ],
  };
};
