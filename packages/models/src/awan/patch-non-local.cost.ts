import { hooked, pixels, unseen, type CostForm } from '@prismamba/core/layer';

export const patchNonLocalCost: CostForm = ({ weightShape, input }) => {
  const [batch, height, width, channels] = input as [number, number, number, number];
  const inner = weightShape('g')[1]!;
  const [h, w] = [Math.floor(height / 2), Math.floor(width / 2)];
  const quadrants = [h * w, h * (width - w), (height - h) * w, (height - h) * (width - w)];
  const squares = quadrants.reduce((sum, n) => sum + n * n, 0);
  return {
    costs: [
      hooked('convolution', pixels(input) * 3 * channels * inner),
      unseen('matmul', batch * squares * 2 * inner),
    ],
  };
};
