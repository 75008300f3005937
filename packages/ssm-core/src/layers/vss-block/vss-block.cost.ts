import { pixels, type CostForm } from '@prismamba/core/layer';
import { ss2dCosts } from '../ss2d/ss2d.cost.js';

export const vssBlockCost: CostForm = ({ weightShape, input }) => {
  const d = input[3]!;
  const count = pixels(input);
  return { costs: ss2dCosts(weightShape, 'self_attention.', count, d), normalised: count * 3 * d };
};
