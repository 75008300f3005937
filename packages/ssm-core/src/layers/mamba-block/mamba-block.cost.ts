import { hooked, unseen, type CostForm } from '@prismamba/core/layer';

export const mambaBlockCost: CostForm = ({ weightShape, input }) => {
  const [batch, length, d] = input as [number, number, number];
  const [D, N] = weightShape('A_log') as [number, number];
  const R = weightShape('dt_proj.weight')[1]!;
  const tokens = batch * length;
  return {
    costs: [
      hooked('linear', tokens * (6 * d * d + D * (R + 2 * N) + D * R)),
      hooked('convolution', batch * D * 4 * (length + 3)), // the official padded length
      unseen('scan', tokens * D * (4 * N + 2)),
    ],
  };
};
