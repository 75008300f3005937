import { elements, hooked, kernelTaps, pixels, unseen, type CostForm } from '@prismamba/core/layer';

export const msabBlockCost: CostForm = (block) => {
  const { input } = block;
  const channels = input[3]!;
  const count = pixels(input);
  const heads = block.weightShape('attention.rescale')[0]!;
  return {
    costs: [
      hooked('linear', count * 4 * channels * channels),
      unseen('matmul', (count * 2 * channels * channels) / heads),
      hooked('convolution', count * kernelTaps(block)),
    ],
    normalised: elements(input),
  };
};
